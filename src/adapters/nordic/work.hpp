// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/adapters/nordic/context.hpp"
#include "pm/base/ref.hpp"

namespace pm::adapters {

/// The Peer Manager is at work for as long as it lives.
class Work {
 public:
  explicit Work(NordicContext& context) : context_(context) { context_->begin(); }
  ~Work() { context_->end(); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

 private:
  [[no_unique_address]] Ref<NordicContext> context_;
};

}  // namespace pm::adapters
