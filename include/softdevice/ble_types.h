// SPDX-License-Identifier: Apache-2.0
/** Types and UUIDs common to the Bluetooth layers. */

#ifndef BLE_TYPES_H_
#define BLE_TYPES_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Special connection handles. */
#define BLE_CONN_HANDLE_INVALID 0xFFFF
#define BLE_CONN_HANDLE_ALL 0xFFFE

/* 16-bit UUIDs that the stack itself uses. */
#define BLE_UUID_UNKNOWN 0x00
#define BLE_UUID_SERVICE_PRIMARY 0x2800
#define BLE_UUID_SERVICE_SECONDARY 0x2801
#define BLE_UUID_SERVICE_INCLUDE 0x2802
#define BLE_UUID_CHARACTERISTIC 0x2803
#define BLE_UUID_DESCRIPTOR_CHAR_EXT_PROP 0x2900
#define BLE_UUID_DESCRIPTOR_CHAR_USER_DESC 0x2901
#define BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG 0x2902
#define BLE_UUID_DESCRIPTOR_SERVER_CHAR_CONFIG 0x2903
#define BLE_UUID_DESCRIPTOR_CHAR_PRESENTATION_FORMAT 0x2904
#define BLE_UUID_DESCRIPTOR_CHAR_AGGREGATE_FORMAT 0x2905
#define BLE_UUID_GATT 0x1801
#define BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED 0x2A05
#define BLE_UUID_GAP 0x1800
#define BLE_UUID_GAP_CHARACTERISTIC_DEVICE_NAME 0x2A00
#define BLE_UUID_GAP_CHARACTERISTIC_APPEARANCE 0x2A01
#define BLE_UUID_GAP_CHARACTERISTIC_RECONN_ADDR 0x2A03
#define BLE_UUID_GAP_CHARACTERISTIC_PPCP 0x2A04
#define BLE_UUID_GAP_CHARACTERISTIC_CAR 0x2AA6
#define BLE_UUID_GAP_CHARACTERISTIC_RPA_ONLY 0x2AC9

/* UUID types: 1 is the Bluetooth base, 2 and above are bases registered by the application. */
#define BLE_UUID_TYPE_UNKNOWN 0x00
#define BLE_UUID_TYPE_BLE 0x01
#define BLE_UUID_TYPE_VENDOR_BEGIN 0x02

/* Appearances (selection). */
#define BLE_APPEARANCE_UNKNOWN 0
#define BLE_APPEARANCE_GENERIC_PHONE 64
#define BLE_APPEARANCE_GENERIC_COMPUTER 128
#define BLE_APPEARANCE_GENERIC_WATCH 192
#define BLE_APPEARANCE_GENERIC_HEART_RATE_SENSOR 832
#define BLE_APPEARANCE_HEART_RATE_SENSOR_HEART_RATE_BELT 833
#define BLE_APPEARANCE_GENERIC_BLOOD_PRESSURE 896
#define BLE_APPEARANCE_GENERIC_HID 960
#define BLE_APPEARANCE_HID_KEYBOARD 961
#define BLE_APPEARANCE_HID_MOUSE 962
#define BLE_APPEARANCE_HID_JOYSTICK 963
#define BLE_APPEARANCE_HID_GAMEPAD 964
#define BLE_APPEARANCE_HID_DIGITIZERSUBTYPE 965
#define BLE_APPEARANCE_HID_CARD_READER 966
#define BLE_APPEARANCE_HID_DIGITAL_PEN 967
#define BLE_APPEARANCE_HID_BARCODE 968
#define BLE_APPEARANCE_GENERIC_GLUCOSE_METER 1024

/** Makes a UUID over the Bluetooth base. */
#define BLE_UUID_BLE_ASSIGN(instance, value) \
  do {                                       \
    (instance).type = BLE_UUID_TYPE_BLE;     \
    (instance).uuid = (value);               \
  } while (0)

/** Copies a UUID through pointers. */
#define BLE_UUID_COPY_PTR(dst, src) \
  do {                              \
    (dst)->type = (src)->type;      \
    (dst)->uuid = (src)->uuid;      \
  } while (0)

/** Copies a UUID object. */
#define BLE_UUID_COPY_INST(dst, src) \
  do {                               \
    (dst).type = (src).type;         \
    (dst).uuid = (src).uuid;         \
  } while (0)

/** True when two UUIDs (given by pointers) have the same type and value. */
#define BLE_UUID_EQ(p_uuid1, p_uuid2) \
  (((p_uuid1)->type == (p_uuid2)->type) && ((p_uuid1)->uuid == (p_uuid2)->uuid))

/** True when two UUIDs (given by pointers) differ. */
#define BLE_UUID_NEQ(p_uuid1, p_uuid2) \
  (((p_uuid1)->type != (p_uuid2)->type) || ((p_uuid1)->uuid != (p_uuid2)->uuid))

/** 128-bit UUID, least significant octet first. */
typedef struct {
  uint8_t uuid128[16];
} ble_uuid128_t;

/** UUID: 16 bits over a registered base. */
typedef struct {
  uint16_t uuid; /**< Octets 12 and 13 of the full UUID. */
  uint8_t type;  /**< BLE_UUID_TYPE_*. */
} ble_uuid_t;

/** Buffer and its length. */
typedef struct {
  uint8_t* p_data;
  uint16_t len;
} ble_data_t;

#ifdef __cplusplus
}
#endif

#endif  // BLE_TYPES_H_
