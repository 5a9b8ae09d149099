// SPDX-License-Identifier: Apache-2.0
//
// monitor FILE: writes what all controllers and their hosts say to each other into a btsnoop file, as btmon does. (btmon
// decodes while it writes, and 5.66 dies of some ATT packets.)
#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// From the kernel's interface; the library's headers are not needed for so little.
#define AF_BLUETOOTH_NUMBER 31
#define BTPROTO_HCI 1
#define HCI_CHANNEL_MONITOR 2
#define ANY_DEVICE 0xFFFF

// Microseconds from the year 0 to 1970, and the data link of such files.
#define EPOCH 0x00dcddb30f2f8000ULL
#define DATALINK_MONITOR 2001

struct sockaddr_hci {
  uint16_t family;
  uint16_t device;
  uint16_t channel;
};

struct packet {
  uint16_t opcode;
  uint16_t device;
  uint16_t size;
  uint8_t octets[4096];
} __attribute__((packed));

struct record {
  uint32_t original_size;
  uint32_t size;
  uint32_t flags;
  uint32_t drops;
  uint64_t time;
  uint8_t octets[4096];
} __attribute__((packed));

int main(int argc, char** argv) {
  const struct sockaddr_hci address = {AF_BLUETOOTH_NUMBER, ANY_DEVICE, HCI_CHANNEL_MONITOR};
  const int source = socket(AF_BLUETOOTH_NUMBER, SOCK_RAW, BTPROTO_HCI);
  const int file = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
  const int room = 4 * 1024 * 1024;
  struct packet packet;
  struct record record;
  uint32_t header[2] = {htonl(1), htonl(DATALINK_MONITOR)};

  if (file < 0) {
    fputs("usage: monitor FILE\n", stderr);
    return 2;
  }
  if (source < 0 || bind(source, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    perror("monitor channel");
    return 1;
  }
  setsockopt(source, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  if (write(file, "btsnoop", 8) != 8 || write(file, header, sizeof(header)) != sizeof(header)) {
    perror(argv[1]);
    return 1;
  }
  puts("monitor ready");
  fflush(stdout);
  for (;;) {
    struct timeval now;
    const ssize_t received = read(source, &packet, sizeof(packet));
    const size_t size = (size_t)received - offsetof(struct packet, octets);

    if (received < (ssize_t)offsetof(struct packet, octets)) {
      return 3;
    }
    gettimeofday(&now, NULL);
    record.original_size = record.size = htonl((uint32_t)size);
    record.flags = htonl((uint32_t)packet.device << 16 | packet.opcode);
    record.drops = 0;
    record.time = htobe64(EPOCH + (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec);
    memcpy(record.octets, packet.octets, size);
    if (write(file, &record, offsetof(struct record, octets) + size) < 0) {
      return 4;
    }
  }
}
