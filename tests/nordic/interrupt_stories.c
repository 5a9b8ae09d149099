/* SPDX-License-Identifier: Apache-2.0 */
#include "nordic_test.h"
const struct story interrupt_stories[] = {{0}};
