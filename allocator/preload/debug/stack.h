/*
 * stack.h -- call stacks: taken, and kept once each.
 *
 * A stack is taken with the call frame information that every program on this
 * platform carries for exceptions (no frame pointers, no malloc, no lock).
 * Programs allocate from few places many times, so a block keeps a number
 * and equal stacks share it:
 *
 *   heads[hash] -> | next, n | caller | its caller | ... |  words
 *                  ^ number of the stack
 *
 * Frames are addresses of the calls themselves, not of what they return to;
 * those inside this library are left out.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_STACK_H
#define ALLOCATOR_PRELOAD_DEBUG_STACK_H

#include <stdbool.h>
#include <stdint.h>

#define STACK_DEPTH 16

struct stack {
    unsigned n;
    uintptr_t frames[STACK_DEPTH]; /* innermost first */
};

/* Prepares the store, once. */
void stack_open(void);

/* The caller's; empty where unwinding itself asked for memory. */
void stack_take(struct stack *stack);

/* In a signal handler: from the instruction that was interrupted. */
void stack_take_interrupted(struct stack *stack);

/*
 * What exit was called from: its stack pointer and the registers that the
 * calling convention preserves.  False outside of exit.
 */
#define STACK_REGISTERS 16
struct stack_exit {
    uintptr_t stack_pointer;
    unsigned n;
    uintptr_t registers[STACK_REGISTERS];
};
bool stack_find_exit(struct stack_exit *found);

/* The number of a stack, 0 for an empty one; under the debug lock. */
uint32_t stack_note(const struct stack *stack);

/* The stack of a number. */
void stack_get(uint32_t number, struct stack *stack);

#endif
