# SPDX-License-Identifier: Apache-2.0
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)

pm_test(smp_test
  SOURCES
    support/openssl_crypto.cpp
    support/smp_device.cpp
    support/smp_transcript.cpp
    support/vectors.cpp
    smp_association_test.cpp
    smp_encryption_test.cpp
    smp_hostile_test.cpp
    smp_key_distribution_test.cpp
    smp_memory_test.cpp
    smp_out_of_band_test.cpp
    smp_pairing_test.cpp
    smp_parameters_test.cpp
    smp_passkey_test.cpp
    smp_pdu_test.cpp
    smp_stale_reply_test.cpp
    smp_timeout_test.cpp
    smp_toolbox_test.cpp
    smp_transcript_test.cpp
  LIBRARIES pm::host pm::sim OpenSSL::Crypto nlohmann_json::nlohmann_json)

# It replaces the allocation functions of its program.
pm_test(smp_freed_memory_test SOURCES smp_freed_memory_test.cpp LIBRARIES pm::host pm::sim)
