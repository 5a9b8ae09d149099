# SPDX-License-Identifier: Apache-2.0
set(PM_HOST_SMP_SOURCES
  smp/app_events.cpp
  smp/feature_exchange.cpp
  smp/key_distribution.cpp
  smp/legacy_authentication.cpp
  smp/passkey.cpp
  smp/pdu.cpp
  smp/sc_authentication.cpp
  smp/sc_numeric_comparison.cpp
  smp/sc_out_of_band.cpp
  smp/sc_passkey_entry.cpp
  smp/sc_public_keys.cpp
  smp/security_manager.cpp
  smp/session.cpp
  smp/session_calls.cpp
  smp/toolbox.cpp)
