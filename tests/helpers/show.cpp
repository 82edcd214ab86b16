// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Writes its state into the file named by its first argument: one "key value"
// per line. The file is opened after everything has been read.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

namespace {

void show_descriptors(std::ostream& out) {
  DIR* const directory = ::opendir("/proc/self/fd");
  while (const dirent* const entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int number = std::atoi(entry->d_name);
    if (number == ::dirfd(directory)) continue;
    struct stat file {};
    ::fstat(number, &file);
    out << "fd " << number << " " << file.st_dev << ":" << file.st_ino << "\n";
  }
  ::closedir(directory);
}

void show_signals(std::ostream& out) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) out << "blocked " << line.substr(8) << "\n";
    if (line.starts_with("SigIgn:")) out << "ignored " << line.substr(8) << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::ostringstream out;
  show_descriptors(out);
  show_signals(out);
  for (int i = 0; i < argc; ++i) out << "argv " << argv[i] << "\n";
  for (char** entry = ::environ; *entry; ++entry) out << "env " << *entry << "\n";
  char* const directory = ::get_current_dir_name();
  out << "directory " << directory << "\n";
  std::free(directory);
  const mode_t mask = ::umask(0);
  out << "umask " << mask << "\n";
  out << "session " << (::getsid(0) == ::getpid()) << "\n";
  out << "group " << ::getpgrp() << "\n";
  std::ofstream(argv[1]) << out.str();
}
