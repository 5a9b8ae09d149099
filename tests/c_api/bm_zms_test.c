/* SPDX-License-Identifier: Apache-2.0
 *
 * bm_zms_* as an application of the SDK uses it. Return codes are those of the SDK's interface, in
 * the order of its checks; octets in memory those that its implementation writes. */
#include <stdlib.h>

#include "bm_zms_support.h"

int main(void) {
  memory_reset();
  test_mounts();
  test_operations();
  printf("%d failures\n", failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
