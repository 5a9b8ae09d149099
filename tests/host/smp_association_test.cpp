// SPDX-License-Identifier: Apache-2.0
//
// The association model against Tables 2.6 to 2.8 of the Core Specification, Vol 3, Part
// H, 2.3.5.1, typed by hand.
#include <gtest/gtest.h>

#include <string>

#include "host/smp/association.hpp"

namespace pm::host::smp {
namespace {

// JW Just Works, NC Numeric Comparison, I the initiator displays, R the responder displays, B both
// enter. Rows: responder; columns: initiator; DisplayOnly, DisplayYesNo, KeyboardOnly,
// NoInputNoOutput, KeyboardDisplay.
constexpr const char* kLegacy[5][5] = {
    {"JW", "JW", "R", "JW", "R"},    // responder DisplayOnly
    {"JW", "JW", "R", "JW", "R"},    // responder DisplayYesNo
    {"I", "I", "B", "JW", "I"},      // responder KeyboardOnly
    {"JW", "JW", "JW", "JW", "JW"},  // responder NoInputNoOutput
    {"I", "I", "R", "JW", "I"},      // responder KeyboardDisplay
};
constexpr const char* kSecureConnections[5][5] = {
    {"JW", "JW", "R", "JW", "R"},    //
    {"JW", "NC", "R", "JW", "NC"},   //
    {"I", "I", "B", "JW", "I"},      //
    {"JW", "JW", "JW", "JW", "JW"},  //
    {"I", "NC", "R", "JW", "NC"},    //
};

std::string name(AssociationModel model) {
  switch (model) {
    case AssociationModel::kJustWorks:
      return "JW";
    case AssociationModel::kNumericComparison:
      return "NC";
    case AssociationModel::kInitiatorDisplays:
      return "I";
    case AssociationModel::kResponderDisplays:
      return "R";
    case AssociationModel::kBothEnter:
      return "B";
    case AssociationModel::kOutOfBand:
      return "OOB";
  }
  return "?";
}

TEST(Association, EveryPairOfCapabilitiesFlagsAndKinds) {
  int cases = 0;
  for (unsigned bits = 0; bits < 32; ++bits) {
    for (uint8_t r = 0; r < 5; ++r) {
      for (uint8_t i = 0; i < 5; ++i) {
        AssociationInput in{static_cast<IoCapability>(i), static_cast<IoCapability>(r)};
        in.initiator_mitm = (bits & 1) != 0;
        in.responder_mitm = (bits & 2) != 0;
        in.initiator_oob = (bits & 4) != 0;
        in.responder_oob = (bits & 8) != 0;
        in.secure_connections = (bits & 16) != 0;

        std::string expected = in.secure_connections ? kSecureConnections[r][i] : kLegacy[r][i];
        if ((bits & 3) == 0) {
          expected = "JW";
        }
        const bool both_oob = (bits & 12) == 12;
        const bool any_oob = (bits & 12) != 0;
        if (in.secure_connections ? any_oob : both_oob) {
          expected = "OOB";
        }
        EXPECT_EQ(name(association_model(in)), expected)
            << "initiator " << int{i} << " responder " << int{r} << " bits " << bits;
        ++cases;
      }
    }
  }
  EXPECT_EQ(cases, 800);
}

TEST(Association, OnlyJustWorksIsUnauthenticated) {
  EXPECT_FALSE(is_authenticated(AssociationModel::kJustWorks));
  for (const auto model :
       {AssociationModel::kNumericComparison, AssociationModel::kInitiatorDisplays,
        AssociationModel::kResponderDisplays, AssociationModel::kBothEnter,
        AssociationModel::kOutOfBand}) {
    EXPECT_TRUE(is_authenticated(model)) << name(model);
  }
}

TEST(Association, LevelFollowsWhatWasAchieved) {
  for (uint8_t size = 7; size <= 16; ++size) {
    EXPECT_EQ(security_level(false, false, size), 2);
    EXPECT_EQ(security_level(true, false, size), 2);
    EXPECT_EQ(security_level(false, true, size), 3);
    EXPECT_EQ(security_level(true, true, size), size == 16 ? 4 : 3);
  }
}

TEST(Association, KeySizeIsTheSmallerMaximum) {
  EXPECT_EQ(negotiated_key_size(16, 7), 7);
  EXPECT_EQ(negotiated_key_size(7, 16), 7);
  EXPECT_EQ(negotiated_key_size(16, 16), 16);
}

}  // namespace
}  // namespace pm::host::smp
