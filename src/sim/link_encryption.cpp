// SPDX-License-Identifier: Apache-2.0
//
// Encryption start and pause. Core, Vol 6, Part B, 5.1.3. Nothing is enciphered: both ends' keys
// are compared where a real receiver would check the first MIC.
#include "sim/link_emit.hpp"

namespace pm::sim {

namespace {

// Procedure response timeout. Core, Vol 6, Part B, 5.2.
constexpr uint64_t kResponseTimeoutUs = 40'000'000;

}  // namespace

hci::ErrorCode Link::encrypt(const std::array<uint8_t, 8>& rand, uint16_t ediv, const Key128& ltk) {
  if (encryption_.step != EncryptionStep::kIdle) {
    return hci::ErrorCode::kCommandDisallowed;
  }
  encryption_.rand = rand;
  encryption_.ediv = ediv;
  encryption_.central_key = ltk;
  encryption_.refresh = encryption_.on;
  encryption_.timeout = schedule(kResponseTimeoutUs, &Link::on_encryption_timeout);
  if (encryption_.on) {
    encryption_.step = EncryptionStep::kPausing;
    send_control(hci::Role::kCentral, ll::PauseEncReq{});
    return hci::ErrorCode::kSuccess;
  }
  request_encryption();
  return hci::ErrorCode::kSuccess;
}

void Link::request_encryption() {
  encryption_.step = EncryptionStep::kRequested;
  send_control(hci::Role::kCentral, ll::EncReq{encryption_.rand, encryption_.ediv});
}

// Pause, 5.1.3.2. Data of both sides waits until the new key is in use; nothing of it goes out in
// clear.

void Link::receive(hci::Role at, const ll::PauseEncReq&) {
  note(hci::Role::kCentral, LinkControl::kEncryptionPause);
  end(hci::Role::kCentral).hold_data = true;
  end(hci::Role::kPeripheral).hold_data = true;
  send_control(at, ll::PauseEncRsp{});
}

void Link::receive(hci::Role, const ll::PauseEncRsp&) {
  encryption_.on = false;
  request_encryption();
}

// Start, 5.1.3.1.

void Link::receive(hci::Role at, const ll::EncReq& pdu) {
  note(hci::Role::kCentral, LinkControl::kEncryptionStart);
  end(hci::Role::kCentral).hold_data = true;
  end(hci::Role::kPeripheral).hold_data = true;
  encryption_.step = EncryptionStep::kLtkWanted;
  if (!end(at).controller->event_enabled(hci::EventCode::kLeMeta,
                                         hci::LeSubevent::kLongTermKeyRequest)) {
    (void)reply_ltk(nullptr);
    return;
  }
  emit(at, hci::LeLongTermKeyRequest{end(at).handle, pdu.rand, pdu.ediv});
}

hci::ErrorCode Link::reply_ltk(const Key128* ltk) {
  if (encryption_.step != EncryptionStep::kLtkWanted) {
    return hci::ErrorCode::kCommandDisallowed;
  }
  encryption_.step = EncryptionStep::kStarting;
  if (ltk != nullptr) {
    encryption_.peripheral_key = *ltk;
    send_control(hci::Role::kPeripheral, ll::StartEncReq{});
    return hci::ErrorCode::kSuccess;
  }
  if (encryption_.refresh) {
    // After a pause the link may not go on in clear: it is terminated.
    send_control(hci::Role::kPeripheral, ll::Terminate{hci::ErrorCode::kPinOrKeyMissing});
    return hci::ErrorCode::kSuccess;
  }
  send_control(hci::Role::kPeripheral, ll::RejectEncryption{hci::ErrorCode::kPinOrKeyMissing});
  return hci::ErrorCode::kSuccess;
}

void Link::receive(hci::Role at, const ll::RejectEncryption& pdu) {
  note(other(at), LinkControl::kEncryptionFailed, pdu.reason);
  end_encryption_procedure();
  emit(at, hci::EncryptionChange{pdu.reason, end(at).handle, 0});
  schedule_connection_event();
}

void Link::receive(hci::Role at, const ll::StartEncReq&) {
  send_control(at, ll::StartEncRsp{encryption_.central_key});
}

void Link::receive(hci::Role at, const ll::StartEncRsp& pdu) {
  if (at == hci::Role::kPeripheral) {
    if (!(pdu.key == encryption_.peripheral_key)) {
      on_mic_failure();
      return;
    }
    encryption_.on = true;
    send_control(at, ll::StartEncRsp{encryption_.peripheral_key});
    encryption_is_on(at);
    return;
  }
  note(hci::Role::kCentral, LinkControl::kEncryptionOn);
  end_encryption_procedure();
  encryption_is_on(at);
  schedule_connection_event();
}

void Link::encryption_is_on(hci::Role role) {
  // The peripheral's data may follow its LL_START_ENC_RSP at once: they are queued behind it.
  end(role).hold_data = false;
  if (encryption_.refresh) {
    emit(role, hci::EncryptionKeyRefreshComplete{hci::ErrorCode::kSuccess, end(role).handle});
    return;
  }
  emit(role, hci::EncryptionChange{hci::ErrorCode::kSuccess, end(role).handle, 1});
}

void Link::on_mic_failure() {
  const auto self = shared_from_this();
  note(hci::Role::kPeripheral, LinkControl::kEncryptionFailed, hci::ErrorCode::kMicFailure);
  disconnected(hci::Role::kPeripheral, hci::ErrorCode::kMicFailure);
  disconnected(hci::Role::kCentral, hci::ErrorCode::kMicFailure);
}

void Link::end_encryption_procedure() {
  medium_.clock().cancel(encryption_.timeout);
  encryption_.step = EncryptionStep::kIdle;
  encryption_.central_key.wipe();
  encryption_.peripheral_key.wipe();
  ends_[0].hold_data = false;
  ends_[1].hold_data = false;
}

void Link::on_encryption_timeout() {
  const auto self = shared_from_this();
  note(hci::Role::kCentral, LinkControl::kEncryptionFailed, hci::ErrorCode::kLlResponseTimeout);
  disconnected(hci::Role::kCentral, hci::ErrorCode::kLlResponseTimeout);
  if (end(hci::Role::kPeripheral).controller != nullptr) {
    await_supervision_timeout(hci::Role::kPeripheral);
  }
}

}  // namespace pm::sim
