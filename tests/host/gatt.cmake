# SPDX-License-Identifier: Apache-2.0
pm_test(host_gatt_test
  SOURCES
    gatt_authorization_test.cpp
    gatt_client_test.cpp
    gatt_database_test.cpp
    gatt_discovery_test.cpp
    gatt_hostile_test.cpp
    gatt_queued_write_test.cpp
    gatt_subscription_test.cpp
    gatt_system_attributes_test.cpp
    gatt_values_test.cpp
  LIBRARIES pm::host)
