// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/probe.hpp"

#include <errno.h>

#include "../support.hpp"
#include "plan/caller_state.hpp"
#include "plan/launch_spec.hpp"

using forklift::Command, forklift::Engine, forklift::Stdio;
using forklift::kernel::Feature, forklift::kernel::Features;

namespace {

// For the length of a scope, this feature appears refused by the kernel.
class Refused {
 public:
  explicit Refused(std::initializer_list<Feature> refused) : features_(forklift::kernel::probe()) {
    for (const Feature feature : refused) features_[feature] = -ENOSYS;
    forklift::kernel::pretend(&features_);
  }
  ~Refused() { forklift::kernel::pretend(nullptr); }

 private:
  Features features_;
};

// A launch that uses pipes, a file, a directory and signals.
void check_everything() {
  Command command("sh");
  command.args({"-c", "read line; echo \"$line\"; pwd; echo err >&9"})
      .in(Stdio::pipe())
      .out(Stdio::pipe())
      .descriptor(9, Stdio::null())
      .directory("/tmp");
  forklift::Child child = command.spawn();
  CHECK(::write(child.in().get(), "word\n", 5) == 5);
  child.in().reset();
  std::string text;
  char bytes[256];
  for (ssize_t size; (size = ::read(child.out().get(), bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(size));
  }
  CHECK(text == "word\n/tmp\n");
  CHECK(child.wait().success());
  const Shown shown =
      show([](Command& given) { given.descriptor(9, Stdio::descriptor(0)).out(Stdio::null()); });
  CHECK(shown.descriptors.size() == 4);
  CHECK(shown.descriptors.at(9) == identity(0));
  CHECK_FALSE(Command("/no/such/program").try_spawn());
  CHECK(Command("sh").args({"-c", "kill -9 $$"}).run().signal() == 9);
  forklift::Child killed = Command("cat").in(Stdio::pipe()).spawn();
  CHECK(killed.stop(std::chrono::seconds(10)).signal() == 15);
}

}  // namespace

TEST_CASE("the probe finds the same each time and leaves nothing behind") {
  const Features first = forklift::kernel::probe();
  const Features second = forklift::kernel::probe();
  CHECK(first.refused == second.refused);
}

TEST_CASE("the engine follows from what the kernel refuses") {
  if (::getenv("FORKLIFT_ENGINE")) {
    MESSAGE("skipped: FORKLIFT_ENGINE is set");
    return;
  }
  {
    const Refused table({Feature::leave_table});
    CHECK(engine() == Engine::shared_memory);
    CHECK(forklift::capabilities().why.find("table") != std::string::npos);
  }
  {
    const Refused memory({Feature::shared_memory, Feature::leave_table});
    CHECK(engine() == Engine::fork);
    CHECK(forklift::capabilities().why.find("memory") != std::string::npos);
  }
}

TEST_CASE("launches behave alike whatever single thing the kernel refuses") {
  for (const Feature feature :
       {Feature::clone3, Feature::close_range, Feature::pidfd, Feature::pidfd_send_signal,
        Feature::exit_info, Feature::mailbox, Feature::robust_list, Feature::mark_cloexec}) {
    CAPTURE(static_cast<int>(feature));
    if (feature == Feature::close_range) {
      const Refused refused({feature, Feature::leave_table});
      if (!::getenv("FORKLIFT_ENGINE")) check_everything();
    } else {
      const Refused refused({feature});
      check_everything();
    }
  }
}

TEST_CASE("launches behave alike when the kernel refuses all it can") {
  if (::getenv("FORKLIFT_ENGINE")) {
    MESSAGE("skipped: FORKLIFT_ENGINE is set");
    return;
  }
  const Refused refused({Feature::shared_memory, Feature::clone3, Feature::close_range,
                         Feature::leave_table, Feature::pidfd, Feature::pidfd_send_signal,
                         Feature::exit_info, Feature::robust_list, Feature::mailbox,
                         Feature::mark_cloexec});
  check_everything();
}

TEST_CASE("without a mailbox only launches that hand over descriptors lose the shared table") {
  if (engine() != Engine::shared_table) {
    MESSAGE("skipped: the engine here is another");
    return;
  }
  const Refused refused({Feature::mailbox});
  const auto before = forklift::counters();
  CHECK(Command("true").run().success());
  CHECK(Command("true").out(Stdio::pipe()).run().success());
  const auto after = forklift::counters();
  CHECK(after.launches(Engine::shared_table) == before.launches(Engine::shared_table) + 1);
  CHECK(after.launches(Engine::shared_memory) == before.launches(Engine::shared_memory) + 1);
}

TEST_CASE("what few launches need is asked for when one needs it") {
  using forklift::kernel::feature_bit, forklift::kernel::optional_features;
  CHECK((forklift::kernel::probe(0).asked & optional_features) == 0);
  const Features mailing = forklift::kernel::probe(feature_bit(Feature::mailbox));
  CHECK((mailing.asked & optional_features) == feature_bit(Feature::mailbox));
}

TEST_CASE("a plan still fits when another launch has asked for more of the kernel") {
  using namespace forklift::launch;
  LaunchSpec spec;
  spec.program = "/bin/true";
  const auto before = capture_caller_state(spec);
  forklift::capabilities();  // asks for everything
  const auto after = capture_caller_state(spec);
  REQUIRE(before);
  REQUIRE(after);
  CHECK(before->features == after->features);
}
