// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pm {

#ifdef PM_ONE_DEVICE

/// The one object of its type. Who owns it defines this, in the same translation unit or another.
template <class T>
[[gnu::always_inline]] inline T& the_one();

/// A part that another one uses: known by its type alone, since there is one device. It takes no
/// memory and no code to set up, and what it leads to has a constant address.
template <class T>
class Ref {
 public:
  // Where this comes from one reads what a part depends on, as where there are several devices.
  constexpr Ref(T&) {}
  [[gnu::always_inline]] T* operator->() const { return &the_one<T>(); }
  [[gnu::always_inline]] T& operator*() const { return the_one<T>(); }
};

/// A part that belongs to another one. For the compiler to see that it is always the same, it is
/// reached by its type too.
template <class T>
class Own {
 public:
  template <class... Arguments>
  constexpr explicit Own(Arguments&... arguments) : part_(arguments...) {}
  [[gnu::always_inline]] T* operator->() const { return &the_one<T>(); }
  /// For those whose Ref it is, and for the_one().
  constexpr operator T&() { return part_; }
  constexpr T& part() { return part_; }

 private:
  T part_;
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

/// A part that belongs to another one: a member.
template <class T>
class Own {
 public:
  template <class... Arguments>
  constexpr explicit Own(Arguments&... arguments) : part_(arguments...) {}
  T* operator->() { return &part_; }
  const T* operator->() const { return &part_; }
  constexpr operator T&() { return part_; }
  constexpr T& part() { return part_; }

 private:
  T part_;
};

#endif

}  // namespace pm
