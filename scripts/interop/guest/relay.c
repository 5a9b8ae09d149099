// SPDX-License-Identifier: Apache-2.0
//
// relay HCI_NUMBER TTY: carries the HCI user channel of a controller over a serial line, as H4.
//
// A controller sees whole packets only: what comes in is put together first. Linux kernel, AF_BLUETOOTH user channel.
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

// From the kernel's interface; the library's headers are not needed for so little.
#define AF_BLUETOOTH_NUMBER 31
#define BTPROTO_HCI 1
#define HCI_CHANNEL_USER 1
#define HCIDEVDOWN _IOW('H', 202, int)

struct sockaddr_hci {
  uint16_t family;
  uint16_t device;
  uint16_t channel;
};

enum { COMMAND = 1, ACL = 2 };

/* Octets of the packet that begins at `octets`; more than `size` when not all are there; -1: this is no packet. */
static int packet_size(const uint8_t* octets, int size) {
  switch (octets[0]) {
    case COMMAND:
      return size < 4 ? 4 : 4 + octets[3];
    case ACL:
      return size < 5 ? 5 : 5 + (octets[3] | octets[4] << 8);
    default:
      return -1;
  }
}

static int open_line(const char* path) {
  const int line = open(path, O_RDWR | O_NOCTTY);
  struct termios settings;
  if (line < 0 || tcgetattr(line, &settings) != 0) {
    return -1;
  }
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL;
  cfsetspeed(&settings, B115200);
  tcsetattr(line, TCSANOW, &settings);
  // What an earlier process on the other side left half said.
  tcflush(line, TCIOFLUSH);
  return line;
}

static int open_controller(int number) {
  const int controller = socket(AF_BLUETOOTH_NUMBER, SOCK_RAW, BTPROTO_HCI);
  const struct sockaddr_hci address = {AF_BLUETOOTH_NUMBER, (uint16_t)number, HCI_CHANNEL_USER};
  if (controller < 0) {
    return -1;
  }
  ioctl(controller, HCIDEVDOWN, number);
  if (bind(controller, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    return -1;
  }
  return controller;
}

/* Returns 0 when the line has gone. */
static int write_all(int file, const uint8_t* octets, int size) {
  for (int at = 0; at < size;) {
    const int written = (int)write(file, octets + at, (size_t)(size - at));
    if (written <= 0) {
      return 0;
    }
    at += written;
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fputs("usage: relay HCI_NUMBER TTY\n", stderr);
    return 2;
  }
  const int controller = open_controller(atoi(argv[1]));
  if (controller < 0) {
    perror("user channel");
    return 1;
  }
  const int line = open_line(argv[2]);
  if (line < 0) {
    perror(argv[2]);
    return 1;
  }
  puts("relay ready");
  fflush(stdout);

  static const uint8_t reset[4] = {COMMAND, 0x03, 0x0C, 0x00};
  uint8_t input[8192];
  uint8_t packet[4096];
  int size = 0;
  for (;;) {
    struct pollfd ready[2] = {{controller, POLLIN, 0}, {line, POLLIN, 0}};
    // The rest of a packet whose sender was killed never comes.
    if (poll(ready, 2, size > 0 ? 3000 : -1) == 0) {
      size = 0;
    }
    if (ready[0].revents) {
      const int received = (int)read(controller, packet, sizeof(packet));
      if (received <= 0 || !write_all(line, packet, received)) {
        return 3;
      }
    }
    if (ready[1].revents) {
      const int received = (int)read(line, input + size, sizeof(input) - (size_t)size);
      if (received <= 0) {
        usleep(20000);
        continue;
      }
      size += received;
      // A host begins with Reset: what an earlier one left half said when it was killed is over.
      if (size > 4 && memcmp(input + size - 4, reset, 4) == 0) {
        memcpy(input, reset, 4);
        size = 4;
      }
      while (size > 0) {
        int used = packet_size(input, size);
        if (used > size) {
          break;
        }
        if (used < 0) {
          used = 1;  // not at the start of a packet: look on
        } else if (write(controller, input, (size_t)used) < 0) {
          perror("write to the controller");
        }
        size -= used;
        memmove(input, input + used, (size_t)size);
      }
    }
  }
}
