// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/cgroup_directory.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <atomic>

#include "kernel/above_stdio.hpp"
#include "launch/cgroup_removal.hpp"
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
    remove(at_once());
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

// One system call says whether it is in use: rmdir(2) of a cgroup in use is refused.
void OwnCgroup::remove(kernel::Deadline patience) noexcept {
  if (path_.empty()) return;
  const bool in_use = ::rmdir(path_.c_str()) < 0 && errno == EBUSY;
  if (in_use && (patience.passed() || !remove_busy_cgroup(path_, patience))) {
    remove_cgroup_elsewhere(std::move(path_));
  }
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
