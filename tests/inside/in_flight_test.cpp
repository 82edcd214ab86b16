// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/in_flight.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "../support.hpp"

using forklift::Engine;
using forklift::launch::InFlightPtr, forklift::launch::take_in_flight;

TEST_CASE("a record at rest is used again, and two in flight are never the same") {
  std::set<void*> first, second;
  for (std::set<void*>* round : {&first, &second}) {
    std::vector<InFlightPtr> held;
    for (int i = 0; i < 5; ++i) {
      held.push_back(take_in_flight(Engine::shared_table, sizeof(forklift::launch::Frame), false));
      round->insert(held.back().get());
    }
    CHECK(round->size() == 5);
  }
  CHECK(first == second);
}

TEST_CASE("a record has the room that a plan asks for") {
  constexpr std::size_t large = 300'000;
  const InFlightPtr record = take_in_flight(Engine::shared_memory, large, false);
  CHECK(record->memory.frame_bytes() >= large);
  auto* const last = reinterpret_cast<volatile char*>(&record->frame()) + large - 1;
  *last = 1;
  CHECK(*last == 1);
}

TEST_CASE("letters that nobody took do not wait in the mailbox for the next child") {
  forklift::launch::InFlight* used = nullptr;
  {
    const InFlightPtr record = take_in_flight(Engine::shared_table, 1000, true);
    REQUIRE(record->mailbox.open() == 0);
    char byte = 'x';
    iovec part{&byte, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    REQUIRE(record->mailbox.send(&message) == 1);
    record->messages_pending = true;
    used = record.get();
  }
  const InFlightPtr record = take_in_flight(Engine::shared_table, 1000, true);
  REQUIRE(record.get() == used);
  char byte;
  CHECK(::recv(record->mailbox.receiving(), &byte, 1, MSG_DONTWAIT) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("emptying a mailbox drops no record lock of the caller") {
  const Folder folder;
  const std::string path = folder.file("locked", "x");
  const forklift::Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  REQUIRE(::fcntl(file.get(), F_SETLK, &lock) == 0);
  // The message is sent, and the child fails before it receives it or after.
  for (int i = 0; i < 20; ++i) {
    using forklift::Command, forklift::Stdio;
    CHECK_FALSE(Command("/no/such").in(Stdio::descriptor(file.get())).try_spawn());
    CHECK(Command("true").in(Stdio::descriptor(file.get())).run().success());
    CHECK_FALSE(
        Command("true").in(Stdio::descriptor(file.get())).out(Stdio::descriptor(999)).try_spawn());
  }
  // Another process checks whether the lock still exists.
  const pid_t half = ::fork();
  if (half == 0) {
    struct flock asked {};
    asked.l_type = F_WRLCK;
    ::fcntl(file.get(), F_GETLK, &asked);
    ::_exit(asked.l_type == F_WRLCK && asked.l_pid == ::getppid() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(half, &status, 0);
  CHECK(status == 0);
}
