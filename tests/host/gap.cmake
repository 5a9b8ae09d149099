# SPDX-License-Identifier: Apache-2.0
pm_test(host_gap_test
  SOURCES
    gap_acl_queue_test.cpp
    gap_advertising_test.cpp
    gap_connection_test.cpp
    gap_controller_test.cpp
    gap_events_test.cpp
    gap_privacy_test.cpp
    host_hostile_test.cpp
    l2cap_reassembler_test.cpp
    l2cap_signalling_test.cpp
  LIBRARIES pm::host pm::sim)

pm_test(host_story_test SOURCES host_story_test.cpp LIBRARIES pm::host pm::sim)
