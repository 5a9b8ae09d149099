// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pm {

#ifdef PM_ONE_DEVICE

/// The one object of its type. Who owns it defines this, in the same translation unit or another.
template <class T>
[[gnu::always_inline]] inline T& the_one();

/// A part that another one uses: known by its type alone, since there is one device. It takes no
/// memory and no code to set up, and what it leads to has a constant address. An owner, too,
/// reaches its parts so: the compiler sees that they are always the same.
template <class T>
class Ref {
 public:
  // Where this comes from one reads what a part depends on, as where there are several devices.
  constexpr Ref(T&) {}
  [[gnu::always_inline]] T* operator->() const { return &the_one<T>(); }
  [[gnu::always_inline]] T& operator*() const { return the_one<T>(); }
};

#else

/// A part that another one uses, and that outlives it: a reference. What PM_ONE_DEVICE makes of it
/// on the target is nothing at all.
template <class T>
class Ref {
 public:
  constexpr Ref(T& part) : part_(part) {}
  T* operator->() const { return &part_; }
  T& operator*() const { return part_; }

 private:
  T& part_;
};

#endif

}  // namespace pm
