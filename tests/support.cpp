// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace {

std::set<int> numbers_in(const std::string& directory) {
  std::set<int> numbers;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    numbers.insert(std::stoi(entry.path().filename()));
  }
  return numbers;
}

}  // namespace

std::string helper(const std::string& name) { return FORKLIFT_HELPERS "/" + name; }

Folder::Folder() : path_(std::filesystem::temp_directory_path() / "forklift-test-XXXXXX") {
  REQUIRE(::mkdtemp(path_.data()) != nullptr);
}

// A fork of the test that exits has a copy of this.
Folder::~Folder() {
  if (::getpid() == maker_) std::filesystem::remove_all(path_);
}

std::string Folder::path(const std::string& name) const {
  return name.empty() ? path_ : path_ + "/" + name;
}

std::string Folder::file(const std::string& name, const std::string& text, unsigned mode) const {
  std::ofstream(path(name)) << text;
  ::chmod(path(name).c_str(), mode);
  return path(name);
}

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::set<int> open_descriptors() {
  std::set<int> numbers = numbers_in("/proc/self/fd");
  std::erase_if(numbers, [](int number) {
    return ::access(("/proc/self/fd/" + std::to_string(number)).c_str(), F_OK) != 0;
  });
  return numbers;
}

std::vector<forklift::Fd> all_descriptors_taken() {
  std::vector<forklift::Fd> taken;
  while (true) {
    forklift::Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null) return taken;
    taken.push_back(std::move(null));
  }
}

NoDescriptors::NoDescriptors() {
  ::getrlimit(RLIMIT_NOFILE, &before_);
  const rlimit few{static_cast<rlim_t>(*open_descriptors().rbegin() + 1), before_.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  taken_ = all_descriptors_taken();
}

NoDescriptors::~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

std::size_t thread_count() { return numbers_in("/proc/self/task").size(); }

bool threads_come_to(std::size_t most) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (thread_count() > most) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::set<int> children() {
  std::set<int> pids;
  for (const int thread : numbers_in("/proc/self/task")) {
    std::ifstream list("/proc/self/task/" + std::to_string(thread) + "/children");
    for (int pid; list >> pid;) pids.insert(pid);
  }
  return pids;
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::string identity(int descriptor) {
  struct stat file {};
  REQUIRE(::fstat(descriptor, &file) == 0);
  return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

Shown read_shown(const std::string& path) {
  Shown shown;
  std::ifstream report(path);
  for (std::string line; std::getline(report, line);) {
    const auto space = line.find(' ');
    const std::string key = line.substr(0, space);
    const std::string value = line.substr(space + 1);
    if (key == "fd") {
      const auto second = value.find(' ');
      shown.descriptors[std::stoi(value)] = value.substr(second + 1);
    } else if (key == "argv") {
      shown.argv.push_back(value);
    } else if (key == "env") {
      shown.env.push_back(value);
    } else {
      shown.values[key] = value;
    }
  }
  return shown;
}

forklift::Engine engine() { return forklift::capabilities().engine; }

bool has_capability(const std::string& name) {
  for (const auto& capability : forklift::capabilities().capabilities) {
    if (capability.name == name) return capability.works;
  }
  FAIL("no capability " << name);
  return false;
}

bool mails() { return engine() == forklift::Engine::shared_table && has_capability("mailbox"); }

long current_syscall(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/syscall");
  long number = -1;
  return file >> number ? number : -1;
}

void await_syscall(int pid, long number) {
  while (current_syscall(pid) != number) {
  }
}
