# SPDX-License-Identifier: Apache-2.0
set(PM_HOST_GATT_SOURCES
  att/bearer.cpp
  gatt/client.cpp
  gatt/client_responses.cpp
  gatt/database.cpp
  gatt/database_built_in.cpp
  gatt/gatt.cpp
  gatt/server.cpp
  gatt/server_discovery.cpp
  gatt/server_read.cpp
  gatt/server_values.cpp
  gatt/server_write.cpp
  gatt/system_attributes.cpp
  gatt/uuid_table.cpp)
