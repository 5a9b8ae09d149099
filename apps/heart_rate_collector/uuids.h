/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UUIDS_H_
#define UUIDS_H_

#define UUID_HEART_RATE_SERVICE 0x180D
#define UUID_HEART_RATE_MEASUREMENT_CHAR 0x2A37

#endif /* UUIDS_H_ */
