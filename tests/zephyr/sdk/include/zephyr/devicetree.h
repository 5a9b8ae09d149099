/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the devicetree: one partition, which has a place and a size. */
#ifndef ZEPHYR_DEVICETREE_H_
#define ZEPHYR_DEVICETREE_H_

#define DT_NODELABEL(label) DT_NODE_##label
#define DT_REG_ADDR(node) DT_PROPERTY(node, ADDR)
#define DT_REG_SIZE(node) DT_PROPERTY(node, SIZE)
#define DT_PROPERTY(node, name) DT_PASTED(node, name)
#define DT_PASTED(node, name) node##_##name

#define DT_NODE_peer_manager_partition_ADDR 0x17B000
#define DT_NODE_peer_manager_partition_SIZE 0x1000

#endif /* ZEPHYR_DEVICETREE_H_ */
