# SPDX-License-Identifier: Apache-2.0
set(PM_HOST_GAP_SOURCES
  gap/acl_queue.cpp
  gap/address.cpp
  gap/controller.cpp
  gap/controller_init.cpp
  l2cap/reassembler.cpp
  l2cap/signalling.cpp)
