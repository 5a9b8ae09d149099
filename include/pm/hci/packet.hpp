// SPDX-License-Identifier: Apache-2.0
//
// Commands and events to and from octets. Whole packets are in H4 form: indicator, header,
// parameters. Received octets are hostile: what does not fit exactly is std::nullopt. Decoded
// structures may point into the packet. Core, Vol 4, Part E, 5.4.
#pragma once

#include <optional>

#include "pm/hci/constants.hpp"
#include "pm/hci/events.hpp"
#include "pm/hci/fields.hpp"

namespace pm::hci {

struct CommandView {
  Opcode opcode;
  Bytes parameters;
};

struct EventView {
  EventCode code;
  /// kNone unless `code` is kLeMeta.
  LeSubevent subevent;
  /// Without the subevent code.
  Bytes parameters;
};

/// Splits a packet; nullopt unless it is a command whose length octet is right.
constexpr std::optional<CommandView> parse_command(Bytes packet) {
  ByteReader in(packet);
  const bool is_command = in.u8() == static_cast<uint8_t>(Indicator::kCommand);
  const auto opcode = static_cast<Opcode>(in.u16());
  const Bytes parameters = in.view(in.u8());
  if (!is_command || !in.at_end()) {
    return std::nullopt;
  }
  return CommandView{opcode, parameters};
}

/// Splits a packet; nullopt unless it is an event whose length octet is right.
constexpr std::optional<EventView> parse_event(Bytes packet) {
  ByteReader in(packet);
  const bool is_event = in.u8() == static_cast<uint8_t>(Indicator::kEvent);
  const auto code = static_cast<EventCode>(in.u8());
  Bytes parameters = in.view(in.u8());
  if (!is_event || !in.at_end()) {
    return std::nullopt;
  }
  if (code != EventCode::kLeMeta) {
    return EventView{code, LeSubevent::kNone, parameters};
  }
  if (parameters.empty()) {
    return std::nullopt;
  }
  return EventView{code, static_cast<LeSubevent>(parameters[0]), parameters.subspan(1)};
}

/// Fills a structure from its octets, which must fit exactly.
template <class T>
constexpr std::optional<T> decode(Bytes parameters) {
  T value{};
  ByteReader in(parameters);
  FieldReader reader(in);
  value.fields(reader);
  if (!reader.ok() || !in.at_end()) {
    return std::nullopt;
  }
  return value;
}

/// Decodes an event; nullopt also when it is another event.
template <class Event>
constexpr std::optional<Event> decode(const EventView& view) {
  if (view.code != Event::kCode || view.subevent != Event::kSubevent) {
    return std::nullopt;
  }
  return decode<Event>(view.parameters);
}

/// Decodes a command; nullopt also when it is another command.
template <class Command>
constexpr std::optional<Command> decode(const CommandView& view) {
  if (view.opcode != Command::kOpcode) {
    return std::nullopt;
  }
  return decode<Command>(view.parameters);
}

/// Decodes the return parameters of `Command`. Later versions of the specification may append
/// parameters: those are ignored. A controller that fails may return its status alone: the other
/// fields are then zero.
template <class Command>
constexpr std::optional<typename Command::Return> decode_return(Bytes parameters) {
  typename Command::Return value{};
  ByteReader in(parameters);
  FieldReader reader(in);
  value.fields(reader);
  if (in.ok() && reader.ok()) {
    return value;
  }
  if (parameters.size() == 1 && parameters[0] != 0) {
    value = {};
    value.status = static_cast<ErrorCode>(parameters[0]);
    return value;
  }
  return std::nullopt;
}

/// Decodes the return parameters out of a Command Complete event; nullopt also when it answers
/// another command.
template <class Command>
constexpr std::optional<typename Command::Return> decode_return(const CommandComplete& event) {
  if (event.opcode != Command::kOpcode) {
    return std::nullopt;
  }
  return decode_return<Command>(event.return_parameters.octets);
}

/// Writes a command as a whole packet; empty when `buffer` is too small (kMaxCommandSize always
/// suffices).
template <class Command>
constexpr Bytes encode_command(Command command, MutableBytes buffer) {
  ByteWriter out(buffer);
  out.u8(static_cast<uint8_t>(Indicator::kCommand));
  out.u16(static_cast<uint16_t>(Command::kOpcode));
  out.u8(0);
  FieldWriter writer(out);
  command.fields(writer);
  if (!out.ok() || out.size() > kMaxCommandSize) {
    return {};
  }
  buffer[3] = static_cast<uint8_t>(out.size() - kCommandHeaderSize);
  return out.written();
}

/// Writes an event as a whole packet; empty when `buffer` is too small (kMaxEventSize always
/// suffices for what an event can carry).
template <class Event>
constexpr Bytes encode_event(Event event, MutableBytes buffer) {
  ByteWriter out(buffer);
  out.u8(static_cast<uint8_t>(Indicator::kEvent));
  out.u8(static_cast<uint8_t>(Event::kCode));
  out.u8(0);
  if constexpr (Event::kCode == EventCode::kLeMeta) {
    out.u8(static_cast<uint8_t>(Event::kSubevent));
  }
  FieldWriter writer(out);
  event.fields(writer);
  if (!out.ok() || out.size() > kMaxEventSize) {
    return {};
  }
  buffer[2] = static_cast<uint8_t>(out.size() - kEventHeaderSize);
  return out.written();
}

/// Writes the Command Complete event that answers `Command`. `credits`: Num_HCI_Command_Packets.
template <class Command>
constexpr Bytes encode_command_complete(typename Command::Return returned, MutableBytes buffer,
                                        uint8_t credits = 1) {
  std::array<uint8_t, 252> storage{};
  ByteWriter out(storage);
  FieldWriter writer(out);
  returned.fields(writer);
  if (!out.ok()) {
    return {};
  }
  return encode_event(CommandComplete{credits, Command::kOpcode, {out.written()}}, buffer);
}

}  // namespace pm::hci
