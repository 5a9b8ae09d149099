// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/descriptor_transport.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace pm::adapters {

namespace {

// The kernel's interface, in a few lines: the library that has it is not needed for more.
constexpr int kAddressFamilyBluetooth = 31;
constexpr int kProtocolHci = 1;
constexpr uint16_t kUserChannel = 1;
struct HciSocketAddress {
  uint16_t family;
  uint16_t device;
  uint16_t channel;
};

struct Opened {
  int descriptor = -1;
  std::string problem;
};

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

speed_t speed(unsigned baud) {
  switch (baud) {
    case 9'600:
      return B9600;
    case 115'200:
      return B115200;
    case 230'400:
      return B230400;
    case 460'800:
      return B460800;
    case 921'600:
      return B921600;
    case 1'000'000:
      return B1000000;
    case 2'000'000:
      return B2000000;
    case 3'000'000:
      return B3000000;
    default:
      return B0;
  }
}

Opened failed(int descriptor, std::string problem) {
  if (descriptor >= 0) {
    close(descriptor);
  }
  return {-1, std::move(problem)};
}

Opened open_uart(const std::string& path, speed_t rate) {
  const int line = open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (line < 0) {
    return failed(line, std::string(std::strerror(errno)) +
                            "; name a serial line that exists and that you may read and write");
  }
  termios settings = {};
  if (tcgetattr(line, &settings) != 0) {
    return failed(line, "this is no serial line");
  }
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD | CRTSCTS;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB);
  cfsetspeed(&settings, rate);
  if (tcsetattr(line, TCSANOW, &settings) != 0) {
    return failed(line, std::string("setting it up failed: ") + std::strerror(errno));
  }
  // What was said before anybody listened.
  tcflush(line, TCIOFLUSH);
  return {line, {}};
}

std::string user_channel_problem(int error, const std::string& name) {
  switch (error) {
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
      return "this kernel has no Bluetooth; load its module 'bluetooth', or reach a controller by "
             "unix:, tcp: or uart:";
    case EPERM:
    case EACCES:
      return "the user channel needs CAP_NET_ADMIN; run as root";
    case ENODEV:
      return "there is no " + name + "; 'ls /sys/class/bluetooth' lists what there is";
    case EBUSY:
      return name + " is in use; power it off first, e.g. with 'btmgmt power off'";
    default:
      return std::strerror(error);
  }
}

Opened open_user_channel(unsigned device) {
  const std::string name = "hci" + std::to_string(device);
  const int channel =
      socket(kAddressFamilyBluetooth, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, kProtocolHci);
  if (channel < 0) {
    return failed(channel, user_channel_problem(errno, name));
  }
  const HciSocketAddress address{kAddressFamilyBluetooth, static_cast<uint16_t>(device),
                                 kUserChannel};
  if (bind(channel, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return failed(channel, user_channel_problem(errno, name));
  }
  return {channel, {}};
}

Opened open_address(const std::string& address) {
  constexpr unsigned kDefaultBaud = 115'200;
  constexpr unsigned kMaxDevice = 0xFFFE;
  if (address.starts_with("user:hci")) {
    const auto device = number(std::string_view(address).substr(8));
    return device && *device <= kMaxDevice ? open_user_channel(*device)
                                           : failed(-1, "expected user:hciN, e.g. user:hci0");
  }
  if (!address.starts_with("uart:")) {
    return failed(-1, "expected uart:PATH[:BAUD] or user:hciN");
  }
  std::string path = address.substr(5);
  unsigned baud = kDefaultBaud;
  // A path may have colons itself; only a number behind the last one is a speed.
  if (const size_t colon = path.rfind(':'); colon != std::string::npos) {
    if (const auto named = number(std::string_view(path).substr(colon + 1))) {
      baud = *named;
      path.resize(colon);
    }
  }
  if (speed(baud) == B0) {
    return failed(-1, "a serial line does not have " + std::to_string(baud) +
                          " baud; take 115200, 230400, 460800, 921600, 1000000, 2000000 or "
                          "3000000");
  }
  return open_uart(path, speed(baud));
}

}  // namespace

DescriptorTransport::DescriptorTransport(EventLoop& loop) : descriptor_(loop.context()) {}

std::string DescriptorTransport::connect(const std::string& address) {
  const Opened opened = open_address(address);
  asio::error_code error;
  if (opened.problem.empty()) {
    descriptor_.assign(opened.descriptor, error);
    if (error) {
      close(opened.descriptor);
    }
  }
  if (!opened.problem.empty() || error) {
    return "no controller at " + address + ": " +
           (opened.problem.empty() ? error.message() : opened.problem);
  }
  receive();
  return {};
}

Status DescriptorTransport::send(Bytes packet) {
  if (!descriptor_.is_open()) {
    return Status::kInvalidState;
  }
  output_.emplace_back(packet.begin(), packet.end());
  if (!transmitting_) {
    transmit();
  }
  return Status::kOk;
}

void DescriptorTransport::transmit() {
  transmitting_ = true;
  asio::async_write(descriptor_, asio::buffer(output_.front()),
                    [this](const asio::error_code& error, size_t) {
                      transmitting_ = false;
                      if (error) {
                        lose("sending failed: " + error.message());
                        return;
                      }
                      // Keys go out in commands, and come in on SMP's channel.
                      wipe(output_.front());
                      output_.pop_front();
                      if (!output_.empty()) {
                        transmit();
                      }
                    });
}

void DescriptorTransport::receive() {
  descriptor_.async_read_some(
      asio::buffer(input_), [this](const asio::error_code& error, size_t size) {
        if (error) {
          // A pseudo terminal whose other side has closed says "input/output error".
          lose(error == asio::error::eof ? "it hung up" : "reading failed: " + error.message());
          return;
        }
        Bytes input(input_.data(), size);
        while (const auto packet = deframer_.next(input)) {
          if (sink_ != nullptr) {
            sink_->on_hci_packet(*packet);
          }
        }
        wipe(MutableBytes(input_).first(size));
        if (deframer_.error() != hci::H4Error::kNone) {
          lose("it sent octets that are no HCI packets");
          return;
        }
        if (descriptor_.is_open()) {
          receive();
        }
      });
}

void DescriptorTransport::lose(const std::string& reason) {
  if (!descriptor_.is_open()) {
    return;
  }
  asio::error_code ignored;
  descriptor_.close(ignored);
  // A packet that is still being written is let go by its completion.
  if (!transmitting_) {
    for (std::vector<uint8_t>& packet : output_) {
      wipe(packet);
    }
    output_.clear();
  }
  if (sink_ != nullptr) {
    sink_->on_transport_lost(reason.c_str());
  }
}

}  // namespace pm::adapters
