/*
 * stack_copy.h -- a stack preserved for an examination elsewhere.
 *
 * A dying process should do as little as it can.  It does not unwind its own
 * stack: it copies what unwinding needs -- the registers, the bytes above the
 * stack pointer and the list of its mappings -- and another process, in good
 * health, unwinds the copy (see symbols.h).  So neither a damaged heap nor a
 * lock held at the moment of death nor a call through a null pointer costs the
 * backtrace.
 *
 *   low addresses                                         high addresses
 *   ... | red zone | frame of the culprit | frame of its caller | ... | main
 *                  ^ sp                                         ^
 *                  '---- bytes[0] .. bytes[n_bytes - 1] --------'
 *
 * Where the stack has run over, sp lies in the gap below it, and bytes[0] is
 * the first one above the gap.
 *
 * Cost: one copy of at most STACK_COPY_BYTES.  All functions are
 * async-signal-safe.
 */
#ifndef DRIVER_REPLAY_STACK_COPY_H
#define DRIVER_REPLAY_STACK_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define STACK_COPY_BYTES      ((size_t)256 << 10)
#define STACK_COPY_MAPS_BYTES ((size_t)1 << 20)
#define STACK_COPY_REGISTERS  33
#define STACK_COPY_MAX_GAP    ((uint64_t)16 << 20) /* below the stack */

struct stack_copy {
    uint64_t pc; /* 0 and n_registers 0: nothing was copied */
    uint64_t sp;
    uint64_t link; /* the link register, where the machine has one */
    uint32_t n_registers;
    uint64_t registers[STACK_COPY_REGISTERS]; /* by their DWARF numbers */
    uint64_t base;                            /* address of bytes[0] */
    uint64_t n_bytes;
    uint64_t maps_bytes;
    unsigned char bytes[STACK_COPY_BYTES];
    char maps[STACK_COPY_MAPS_BYTES]; /* as /proc/self/maps reads */
};

/* The registers of context; none on machines that this is not written for. */
void stack_copy_registers(struct stack_copy *copy, const ucontext_t *context);

/* The bytes from the stack pointer up, as far as they can be read. */
void stack_copy_bytes(struct stack_copy *copy);

/* The mappings of the calling process. */
void stack_copy_maps(struct stack_copy *copy);

#endif
