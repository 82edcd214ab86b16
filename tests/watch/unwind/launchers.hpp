// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

/// Every way to create a process, each in its own function.
namespace launchers {

void by_fork();
void by_vfork();
void by_clone();
void by_posix_spawn();
void by_thread();
void by_system();

}  // namespace launchers
