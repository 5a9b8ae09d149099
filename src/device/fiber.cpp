// SPDX-License-Identifier: Apache-2.0
#include "pm/device/fiber.hpp"

#include <sys/mman.h>

#include <boost/context/preallocated.hpp>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define PM_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PM_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef PM_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace pm::device {

namespace context = boost::context;

namespace {

// The sanitizer has to know on which stack the program is.
void start_switch([[maybe_unused]] void** leaving, [[maybe_unused]] const void* bottom,
                  [[maybe_unused]] size_t size) {
#ifdef PM_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(leaving, bottom, size);
#endif
}

void finish_switch([[maybe_unused]] void* entering, [[maybe_unused]] const void** bottom,
                   [[maybe_unused]] size_t* size) {
#ifdef PM_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(entering, bottom, size);
#endif
}

context::fiber& as_fiber(std::byte* bytes) { return *reinterpret_cast<context::fiber*>(bytes); }

/// The stack outlives the fiber's own idea of it.
struct KeepStack {
  context::stack_context allocate() { return {}; }
  void deallocate(context::stack_context&) {}
};

}  // namespace

/// Pages of a stack, with one below it that may not be touched.
class Fiber::Stack {
 public:
  static constexpr size_t kSize = size_t{512} * 1024;
  static constexpr size_t kGuard = 4096;

  Stack() {
    memory_ = mmap(nullptr, kGuard + kSize, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory_ == MAP_FAILED) {
      throw std::bad_alloc();
    }
    (void)mprotect(memory_, kGuard, PROT_NONE);
  }
  ~Stack() {
#ifdef PM_ADDRESS_SANITIZER
    // Frames that were never left have marked their surroundings.
    __asan_unpoison_memory_region(bottom(), kSize);
#endif
    munmap(memory_, kGuard + kSize);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  void* bottom() const { return static_cast<std::byte*>(memory_) + kGuard; }
  context::preallocated preallocated() const {
    context::stack_context stack;
    stack.sp = static_cast<std::byte*>(bottom()) + kSize;
    stack.size = kSize;
    return {stack.sp, stack.size, stack};
  }

 private:
  void* memory_ = nullptr;
};

Fiber::Fiber(std::function<void()> program)
    : program_(std::move(program)), stack_(std::make_unique<Stack>()) {
  new (outside_) context::fiber();
  new (inside_) context::fiber(std::allocator_arg, stack_->preallocated(), KeepStack{},
                               [this](context::fiber&& outside) {
                                 new (outside_) context::fiber(std::move(outside));
                                 finish_switch(nullptr, &outside_bottom_, &outside_size_);
                                 program_();
                                 ended_ = true;
                                 start_switch(nullptr, outside_bottom_, outside_size_);
                                 return std::move(as_fiber(outside_));
                               });
}

Fiber::~Fiber() = default;

void Fiber::resume() {
  if (ended_) {
    return;
  }
  is_running_ = true;
  start_switch(&outside_fake_stack_, stack_->bottom(), Stack::kSize);
  as_fiber(inside_) = std::move(as_fiber(inside_)).resume();
  finish_switch(outside_fake_stack_, nullptr, nullptr);
  is_running_ = false;
}

void Fiber::yield() {
  start_switch(&inside_fake_stack_, outside_bottom_, outside_size_);
  as_fiber(outside_) = std::move(as_fiber(outside_)).resume();
  finish_switch(inside_fake_stack_, &outside_bottom_, &outside_size_);
}

}  // namespace pm::device
