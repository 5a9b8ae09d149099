// SPDX-License-Identifier: Apache-2.0
//
// A store in memory with a queue: operations complete when the test says so, one by one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include "pm/ports/storage.hpp"

namespace pm::test {

class FakeStorage final : public Storage {
 public:
  using Record = std::vector<uint8_t>;

  std::map<uint32_t, Record> records;
  size_t queue_size = 17;
  /// Results of the next completions; then kOk.
  std::deque<Status> completions;
  /// Refusals of the next writes and removals; then accepted.
  std::deque<Status> refusals;
  Status init_result = Status::kOk;
  Status ready_result = Status::kOk;
  /// Keys whose reading fails.
  std::map<uint32_t, Status> read_errors;
  bool lists_keys = true;

  int reads = 0;
  int writes = 0;
  /// Keys removed, in the order of completion.
  std::vector<uint32_t> removed;

  static uint32_t key(unsigned peer, unsigned data) { return peer << 16 | data; }
  bool has(unsigned peer, unsigned data) const { return records.contains(key(peer, data)); }
  uint32_t word(unsigned peer, unsigned data) const {
    const Record& record = records.at(key(peer, data));
    return load_le32(record.data());
  }
  void put_word(unsigned peer, unsigned data, uint32_t value) {
    Record record(4);
    store_le32(record.data(), value);
    records[key(peer, data)] = record;
  }
  size_t outstanding() const { return queue_.size(); }

  /// Completes the oldest operation. False: there was none.
  bool run_one() {
    if (queue_.empty()) {
      return false;
    }
    const Operation operation = queue_.front();
    queue_.pop_front();
    Status result = Status::kOk;
    if (!completions.empty()) {
      result = completions.front();
      completions.pop_front();
    }
    if (ok(result)) {
      execute(operation);
    }
    is_reporting_ = true;
    sink_->on_storage_event(
        {operation.is_removal ? StorageEvent::Kind::kRemove : StorageEvent::Kind::kWrite,
         operation.key, result});
    is_reporting_ = false;
    return true;
  }
  /// A completion of what nobody asked for.
  void complete_nothing(uint32_t key, Status result) {
    sink_->on_storage_event({StorageEvent::Kind::kWrite, key, result});
  }
  /// Completes everything, also what completions cause. Fails the test when that does not end.
  int run() {
    int count = 0;
    while (run_one()) {
      if (++count > 10'000) {
        ADD_FAILURE() << "storage never comes to rest";
        break;
      }
    }
    return count;
  }
  /// What was accepted and not completed is lost.
  void cut_power() { queue_.clear(); }

  Status init(StorageSink& sink) override {
    if (!queue_.empty() || is_reporting_) {
      return Status::kInternal;
    }
    sink_ = &sink;
    return init_result;
  }
  Status wait_ready() override { return ready_result; }
  Status read(uint32_t key, MutableBytes out, size_t& stored_length) override {
    ++reads;
    if (const auto error = read_errors.find(key); error != read_errors.end()) {
      return error->second;
    }
    const auto found = records.find(key);
    if (found == records.end()) {
      return Status::kNotFound;
    }
    stored_length = found->second.size();
    std::copy_n(found->second.begin(), std::min(out.size(), stored_length), out.begin());
    return Status::kOk;
  }
  Status visit_keys(void (*visit)(void*, uint32_t), void* context) override {
    if (!lists_keys) {
      return Status::kNotSupported;
    }
    for (const auto& [key, record] : records) {
      visit(context, key);
    }
    return Status::kOk;
  }
  Status write(uint32_t key, Bytes data) override {
    EXPECT_FALSE(data.empty());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data.data()) % 4, 0u);
    return accept({key, false, data, Record(data.begin(), data.end())});
  }
  Status remove(uint32_t key) override { return accept({key, true, {}, {}}); }

 private:
  struct Operation {
    uint32_t key;
    bool is_removal;
    Bytes data;
    Record accepted;
  };

  Status accept(Operation operation) {
    if (!refusals.empty()) {
      const Status refusal = refusals.front();
      refusals.pop_front();
      return refusal;
    }
    if (queue_.size() >= queue_size) {
      return Status::kBusy;
    }
    queue_.push_back(std::move(operation));
    return Status::kOk;
  }
  void execute(const Operation& operation) {
    if (operation.is_removal) {
      records.erase(operation.key);
      removed.push_back(operation.key);
      return;
    }
    ++writes;
    const Record now(operation.data.begin(), operation.data.end());
    EXPECT_EQ(now, operation.accepted) << "data changed while the store had it";
    records[operation.key] = now;
  }

  StorageSink* sink_ = nullptr;
  bool is_reporting_ = false;
  std::deque<Operation> queue_;
};

}  // namespace pm::test
