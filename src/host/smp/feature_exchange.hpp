// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// Phase 1: Pairing Request, Pairing Response, and what follows from them. Core, Vol 3, Part
/// H, 2.3.1 to 2.3.4.
class FeatureExchange {
 public:
  /// Initiator: sends the Pairing Request made of `pairing.own_params`.
  Outcome start_as_initiator(Context& context);
  /// Responder: a well-formed Pairing Request has arrived.
  Outcome start_as_responder(Context& context, const Features& request);

  Outcome on_pdu(Context& context, const Pdu& pdu);

  /// The application is being asked for its parameters.
  bool awaits_reply() const { return step_ == Step::kApplication; }
  /// Responder: what would be agreed with `params`; does not change anything.
  Agreement agreement_with(const Pairing& pairing, const ble_gap_sec_params_t& params) const;
  /// The application accepts; `pairing` has its parameters (responder) and key memory.
  Outcome on_accepted(Context& context);

 private:
  enum class Step : uint8_t { kResponse, kApplication };
  Step step_ = Step::kResponse;
};

/// A Pairing Request (initiator) or the answer to `request` (responder) that says what `params`
/// say.
Features features_of_initiator(const ble_gap_sec_params_t& params);
Features features_of_responder(const ble_gap_sec_params_t& params, const Features& request);

}  // namespace pm::host::smp
