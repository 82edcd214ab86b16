/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */

/* The kernel hooks of `forklift watch`, only on tracepoints: functions of the
 * kernel cannot be hooked everywhere, and change their names. */

#include "target.bpf.h"
#include "emit.bpf.h"
#include "call.bpf.h"

#include "children.bpf.h"
#include "creation.bpf.h"
#include "detail.bpf.h"
#include "faults.bpf.h"
#include "memory_lock.bpf.h"
#include "switches.bpf.h"

char hooks_license[] SEC("license") = "Dual MIT/GPL";
