// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

// Without Boost.Filesystem, Boost.Process v2 forgets to include these in 1.81.
#include <boost/optional.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/type_traits/is_convertible.hpp>
#include <boost/type_traits/remove_pointer.hpp>

#include <boost/asio/error.hpp>
#include <boost/process/v2/posix/bind_fd.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>
#include <concepts>
#include <forklift/command.hpp>
#include <map>
#include <optional>
#include <vector>

namespace forklift::boost_process {

namespace v2 = boost::process::v2;

template <class Init>
inline constexpr bool is_binding = false;
template <int target>
inline constexpr bool is_binding<v2::detail::process_io_binding<target>> = true;

/// An initializer of Boost whose code for the child is known and replaced by our
/// steps. Derived initializers do not count, since they may have their own code.
template <class Init>
concept Translatable = is_binding<Init> || std::same_as<Init, v2::process_stdio> ||
    std::same_as<Init, v2::posix::bind_fd> || std::same_as<Init, v2::process_start_dir>;

/// Translates such initializers, in their order, into a command.
///
/// Boost's children call dup2(2) and chdir(2) in the order of the list, so
/// later initializers see the effect of earlier ones: {out, file} and {err, 1}
/// send both streams into the file. Our commands have no order, so the result
/// is computed in advance.
class Translation {
 public:
  template <int target>
  v2::error_code add(const v2::detail::process_io_binding<target>& binding) {
    place(binding.fd, target);
    return binding.ec;
  }

  v2::error_code add(const v2::process_stdio& streams) {
    for (const auto& error : {add(streams.in), add(streams.out), add(streams.err)}) {
      if (error && !is_overlooked(error)) return error;
    }
    return {};
  }

  // Its `on_setup` is not used: in Boost 1.81 it ends without returning a value.
  v2::error_code add(const v2::posix::bind_fd& binding) {
    place(binding.fd, binding.target);
    return {};
  }

  v2::error_code add(const v2::process_start_dir& start) {
    directory_ = directory_ ? *directory_ / start.start_dir : start.start_dir;
    return {};
  }

  /// `kept`: descriptors that the child inherits unless their number is set.
  void write_into(Command& command, const std::vector<int>& kept) const {
    for (const int number : kept) {
      if (number > 2) command.descriptor(number, Stdio::inherit());
    }
    for (const auto& [number, source] : sources_) {
      command.descriptor(number, Stdio::descriptor(source));
    }
    if (directory_) command.directory(directory_->string());
  }

 private:
  /// Boost's `process_stdio` ignores errors of its parts. Most are better
  /// reported, but programs rely on this one: a pipe that is already open does not
  /// change, and the child gets an end of a new pipe whose other end is unused.
  static bool is_overlooked(const v2::error_code& error) {
    return error == boost::asio::error::already_open;
  }

  void place(int source, int number) {
    const auto earlier = sources_.find(source);
    sources_[number] = earlier == sources_.end() ? source : earlier->second;
  }

  std::map<int, int> sources_;  // the child's numbers to the caller's
  std::optional<v2::filesystem::path> directory_;
};

}  // namespace forklift::boost_process
