// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contenders/ours.hpp"

#include <forklift/command.hpp>

#include "lab/contenders/stopwatch.hpp"

namespace lab {
namespace {

class Forklift : public Contender {
 public:
  explicit Forklift(const std::string& program) : command_(program) {}

  Times launch() override {
    Times times;
    enter(Stage::launching);
    const Stopwatch watch;
    forklift::Child child = command_.spawn();
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    child.wait();
    times.finish = watch.read();
    enter(Stage::running);
    return times;
  }

 private:
  forklift::Command command_;
};

class ForkliftAsync : public Contender {
 public:
  explicit ForkliftAsync(const std::string& program) : command_(program) {}

  Times launch() override {
    Times times;
    enter(Stage::launching);
    const Stopwatch watch;
    forklift::Launch launch = command_.start();
    times.hold = watch.read();
    auto child = std::move(launch).finish();
    if (!child) throw std::move(child.error());
    times.launch = watch.read();
    enter(Stage::waiting_for_child);
    child->wait();
    times.finish = watch.read();
    enter(Stage::running);
    return times;
  }

 private:
  forklift::Command command_;
};

}  // namespace

std::vector<Kind> our_kinds() {
  return {{"forklift", "Command::spawn", make_contender<Forklift>},
          {"forklift-async", "Command::start: the caller goes on", make_contender<ForkliftAsync>}};
}

}  // namespace lab
