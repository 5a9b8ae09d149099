// SPDX-License-Identifier: Apache-2.0
//
// What core and store may cost the flash.
#include "zms/figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace pm::zms {
namespace {

constexpr unsigned kIndexed = CONFIG_PM_IDENTITY_INDEX_SIZE;

// The reference: 17,290 reads at its start with 14 bonds, 254 octets for one bonding.
TEST(StoreFigures, AreWithinTheirLimitsAndThoseOfTheDocument) {
  const StoreFigures figures = measure_store();
  ASSERT_TRUE(figures.is_valid);
  for (const ReadFigures& one : figures.reads) {
    SCOPED_TRACE(one.bonds);
    const unsigned without_index = one.bonds - std::min(one.bonds, kIndexed);
    EXPECT_EQ(one.stranger, 2 * without_index) << "a peer in the index costs no read";
    EXPECT_EQ(one.known_writes, 0u) << "a value that does not change costs no write";
  }
  EXPECT_EQ(figures.reads[1].bonds, 14u);
  EXPECT_LE(figures.reads[1].start, 17290u * 2 / 100);
  EXPECT_LE(figures.answered.octets, 254u * 70 / 100);
  EXPECT_LE(figures.one_by_one.octets, 254u);
  for (const WearFigures& one : figures.wear) {
    EXPECT_LE(one.most_erases, one.least_erases + 1) << one.peers << " peers wear unevenly";
  }

  std::ifstream file(PM_DOCS_DIR "/figures_store.md");
  const std::string document(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(document, document_of(figures)) << "written again by './dev bench store'";
}

}  // namespace
}  // namespace pm::zms
