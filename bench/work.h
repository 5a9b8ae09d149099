/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operation of the library costs: its instructions, and what it does to the store. The same
 * operations are measured above records in memory and, linked differently, above our own bm_zms_*
 * on a memory.
 */
#ifndef BENCH_WORK_H_
#define BENCH_WORK_H_

/* An operation, after a start with so many stored bonds. */
struct row {
  const char* name;
  void (*operation)(void);
  /* Nothing comes before it, not even the start. */
  unsigned is_first : 1;
  unsigned bonds;
};
/* Ends with a name of NULL. Rows with the same number of bonds stand together; one that leaves
 * other records behind is the last of them. */
extern const struct row rows[];

void initialise(void);
void connect_public_last(void);
void connect_public_unknown(void);
void connect_private_last(void);
void connect_private_unknown(void);
/* The last peer's key is asked for, and used: connected before. */
void encrypt(void);
void iterate_all(void);
void ranks(void);
/* A new peer bonds with LE Secure Connections and subscribes twice; the bond, CCCDs three times,
 * what it says of Central Address Resolution, and its rank are stored one after the other. */
void bonding(void);
/* The last peer, which is the highest, connects, encrypts, subscribes again, becomes the highest
 * again, and disconnects. */
void reconnect(void);
void delete_all(void);

#endif /* BENCH_WORK_H_ */
