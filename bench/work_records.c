/* SPDX-License-Identifier: Apache-2.0 */
/* Above records in memory: the library and nothing else. */
#include "work.h"

#include <stddef.h>

#define ROWS_OF(bonds)                                                                          \
  {"initialise", initialise, 1, bonds}, {"connect_public_last", connect_public_last, 0, bonds}, \
      {"connect_public_unknown", connect_public_unknown, 0, bonds},                             \
      {"connect_private_last", connect_private_last, 0, bonds},                                 \
      {"connect_private_unknown", connect_private_unknown, 0, bonds},                           \
      {"encrypt", encrypt, 0, bonds}, {"iterate_all", iterate_all, 0, bonds},                   \
      {"ranks", ranks, 0, bonds}, {"reconnect", reconnect, 0, bonds}, {                         \
    "delete_all", delete_all, 0, bonds                                                          \
  }

const struct row rows[] = {{"initialise", initialise, 1, 0},
                           {"bonding", bonding, 0, 0},
                           ROWS_OF(1),
                           ROWS_OF(16),
                           ROWS_OF(100),
                           ROWS_OF(256),
                           {NULL, NULL, 0, 0}};
