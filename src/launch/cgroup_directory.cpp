// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/cgroup_directory.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <atomic>

#include "kernel/above_stdio.hpp"
#include "kernel/cgroup_tree.hpp"
#include "kernel/deadline.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

constexpr long cgroup2_magic = 0x63677270;  // CGROUP2_SUPER_MAGIC, <linux/magic.h>

std::unexpected<Failure> fail(std::string subject, int error) {
  return std::unexpected(Failure{Step::cgroup, std::move(subject), error});
}

bool write_text(int directory, const char* file, const std::string& text) noexcept {
  const Fd setting(::openat(directory, file, O_WRONLY | O_CLOEXEC));
  return setting &&
         ::write(setting.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool is_populated(int events) noexcept {
  char text[256];
  const ssize_t size = ::pread(events, text, sizeof text - 1, 0);
  if (size <= 0) return false;
  return std::string_view(text, static_cast<std::size_t>(size)).find("populated 1") !=
         std::string_view::npos;
}

// Killed processes must be gone before their cgroup can be removed; the kernel
// announces it (cgroups(7), cgroup.events).
void await_emptiness(int directory) noexcept {
  const Fd events(::openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC));
  const auto deadline = kernel::Deadline::after(std::chrono::seconds(1));
  while (events && is_populated(events.get()) && !deadline.passed()) {
    pollfd entry{events.get(), POLLPRI, 0};
    const timespec left = deadline.left();
    ::ppoll(&entry, 1, &left, nullptr);
  }
}

std::expected<Fd, Failure> open_directory(const std::string& path) {
  Fd directory = kernel::above_stdio(Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  if (!directory) return fail(quote(path), errno);
  return directory;
}

std::optional<Failure> check_version(int directory, const std::string& name) {
  struct statfs kind {};
  if (::fstatfs(directory, &kind) < 0) return Failure{Step::cgroup, name, errno};
  if (kind.f_type == cgroup2_magic) return std::nullopt;
  return Failure{Step::cgroup, name + ", which is not a cgroup of version 2", EINVAL};
}

// Names are unique among the live processes of one machine.
std::string fresh_path(const Cgroup& wanted) {
  static std::atomic<unsigned> count{0};
  return wanted.path() + "/" + wanted.prefix() + std::to_string(::getpid()) + "-" +
         std::to_string(count.fetch_add(1, std::memory_order_relaxed));
}

std::expected<OwnCgroup, Failure> make_directory(const Cgroup& wanted) {
  for (;;) {
    std::string path = fresh_path(wanted);
    if (::mkdir(path.c_str(), 0755) == 0) return OwnCgroup(std::move(path));
    if (errno != EEXIST) return fail("mkdir " + quote(path), errno);
  }
}

}  // namespace

OwnCgroup& OwnCgroup::operator=(OwnCgroup&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

void OwnCgroup::remove() noexcept {
  if (path_.empty() || kernel::remove_cgroup(path_.c_str()) != -EBUSY) return path_.clear();
  const Fd directory(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  kernel::signal_cgroup(path_.c_str(), SIGKILL);
  await_emptiness(directory.get());
  kernel::remove_cgroup(path_.c_str());
  path_.clear();
}

std::expected<CgroupDirectory, Failure> open_cgroup(const Cgroup& wanted) {
  CgroupDirectory opened;
  if (wanted.descriptor() >= 0) {
    if (auto failure = check_version(wanted.descriptor(), name_of(wanted))) {
      return std::unexpected(std::move(*failure));
    }
    return opened;
  }
  auto parent = open_directory(wanted.path());
  if (!parent) return std::unexpected(std::move(parent.error()));
  if (auto failure = check_version(parent->get(), quote(wanted.path()))) {
    return std::unexpected(std::move(*failure));
  }
  if (!wanted.creates()) {
    opened.descriptor = std::move(*parent);
    return opened;
  }
  auto own = make_directory(wanted);
  if (!own) return std::unexpected(std::move(own.error()));
  auto directory = open_directory(own->path());
  if (!directory) return std::unexpected(std::move(directory.error()));
  for (const auto& [file, value] : wanted.settings()) {
    if (!write_text(directory->get(), file.c_str(), value)) {
      return fail(quote(own->path() + "/" + file) + " " + quote(value), errno);
    }
  }
  opened.descriptor = std::move(*directory);
  opened.own = std::move(*own);
  return opened;
}

std::string name_of(const Cgroup& cgroup) {
  return cgroup.descriptor() >= 0 ? "descriptor " + std::to_string(cgroup.descriptor())
                                  : quote(cgroup.path());
}

}  // namespace forklift::launch
