// SPDX-License-Identifier: Apache-2.0
#include "pm/device/event_log.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "device/support/temporary_folder.hpp"

namespace pm::device {
namespace {

using nlohmann::json;

std::string line_of(std::string_view module, std::string_view text) {
  std::vector<std::string> lines;
  EventLog log(3);
  log.set_sink([&](std::string_view line) { lines.emplace_back(line); });
  log.add_text(12, 2, module, text);
  EXPECT_EQ(lines.size(), 1u);
  return lines.empty() ? "" : lines[0];
}

TEST(EventLog, OneObjectALine) {
  std::vector<std::string> lines;
  EventLog log(7);
  log.set_sink([&](std::string_view line) { lines.emplace_back(line); });
  log.add(1'000'000'000'000, R"("kind":"boot")");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], R"({"t_us":1000000000000,"boot":7,"kind":"boot"})");
}

TEST(EventLog, PlainTextStaysAsItIs) {
  const json line = json::parse(line_of("sensor", "Advertising as PM Heart Rate"));
  EXPECT_EQ(line["t_us"], 12);
  EXPECT_EQ(line["boot"], 3);
  EXPECT_EQ(line["kind"], "log");
  EXPECT_EQ(line["level"], 2);
  EXPECT_EQ(line["module"], "sensor");
  EXPECT_EQ(line["text"], "Advertising as PM Heart Rate");
}

TEST(EventLog, HostileTextStaysOneLineOfJson) {
  const std::string texts[] = {
      "\",\"kind\":\"pm\",\"x\":\"",
      "back\\slash \\\" \\u0000",
      "line\nfeed\rreturn\ttab",
      std::string("a\0b", 3),
      "\x01\x02\x1B[2J\x7F",
      "{}}]",
      // UTF-8: right, cut, overlong, a surrogate, never valid.
      "\xE2\x82\xAC",
      "\xE2\x82",
      "\xC0\xAF",
      "\xED\xA0\x80",
      "\xFF\xFE\xF5",
      std::string(100'000, '"'),
      "",
  };
  for (const std::string& text : texts) {
    const std::string line = line_of(text, text);
    const json object = json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    EXPECT_EQ(object.size(), 6u) << line;
    EXPECT_EQ(object["kind"], "log") << line;
    EXPECT_TRUE(object["text"].is_string()) << line;
    for (const char c : line) {
      ASSERT_TRUE(c >= ' ' && c <= '~') << line;
    }
  }
  // What is text is kept whole.
  for (const char* text :
       {"\",\"kind\":\"pm\",\"x\":\"", "line\nfeed\rreturn\ttab", "\xE2\x82\xAC"}) {
    EXPECT_EQ(json::parse(line_of("m", text))["text"], text);
  }
}

TEST(EventLog, AnyOctetsStayOneLineOfJson) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    std::string text(random() % 60, ' ');
    for (char& c : text) {
      c = static_cast<char>(random());
    }
    const std::string line = line_of("m", text);
    EXPECT_TRUE(json::parse(line, nullptr, false).is_object()) << "seed " << seed << ": " << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << "seed " << seed;
  }
}

TEST(EventLog, AFileIsAppendedToAndCompleteAfterEachLine) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("events.jsonl");
  {
    EventLog first(1);
    ASSERT_TRUE(first.open(path));
    first.add(1, R"("kind":"boot")");
    EXPECT_EQ(test::read_file(path), "{\"t_us\":1,\"boot\":1,\"kind\":\"boot\"}\n");
  }
  EventLog second(2);
  ASSERT_TRUE(second.open(path));
  second.add(2, R"("kind":"boot")");
  EXPECT_EQ(
      test::read_file(path),
      "{\"t_us\":1,\"boot\":1,\"kind\":\"boot\"}\n{\"t_us\":2,\"boot\":2,\"kind\":\"boot\"}\n");
}

TEST(EventLog, AFileThatCannotBeWrittenIsTold) {
  const test::TemporaryFolder folder;
  EventLog log(1);
  errno = 0;
  EXPECT_FALSE(log.open(folder.file("no/such/folder")));
  EXPECT_EQ(errno, ENOENT);
  EXPECT_FALSE(log.open(folder.path()));
  EXPECT_EQ(errno, EISDIR);
}

TEST(EventLog, ALostControllerIsToldWithItsReason) {
  std::vector<std::string> lines;
  EventLog log(2);
  log.set_sink([&](std::string_view line) { lines.emplace_back(line); });
  log.add_controller_lost(5, "reading \"hci1\" failed\n");
  ASSERT_EQ(lines.size(), 1u);
  const json line = json::parse(lines[0]);
  EXPECT_EQ(line, (json{{"t_us", 5},
                        {"boot", 2},
                        {"kind", "controller"},
                        {"state", "lost"},
                        {"reason", "reading \"hci1\" failed\n"}}));
}

}  // namespace
}  // namespace pm::device
