/*
 * stack_copy.c -- taken in a signal handler, from a process that may be
 * damaged in any way.
 *
 * Only system calls.  The stack is read through /proc/self/mem (proc(5)), which
 * ends a read early where plain loads would fault, and does not mind the gaps
 * that sanitizers poison between variables.  Descriptors are not closed: the
 * process ends next.
 *
 * Register numbers: System V ABI, AMD64 supplement, figure 3.36; DWARF for the
 * Arm 64-bit architecture, section 4.1.
 */
#include "driver/replay/stack_copy.h"

#include <fcntl.h>
#include <unistd.h>

#define PAGE ((uint64_t)4096)

#if defined __x86_64__

static const int dwarf_order[] = {
    REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

void stack_copy_registers(struct stack_copy *copy, const ucontext_t *context)
{
    const greg_t *from = context->uc_mcontext.gregs;
    copy->n_registers = sizeof dwarf_order / sizeof *dwarf_order;
    for (uint32_t i = 0; i < copy->n_registers; i++) {
        copy->registers[i] = (uint64_t)from[dwarf_order[i]];
    }
    copy->sp = (uint64_t)from[REG_RSP];
    copy->pc = (uint64_t)from[REG_RIP];
}

#elif defined __aarch64__

void stack_copy_registers(struct stack_copy *copy, const ucontext_t *context)
{
    const mcontext_t *from = &context->uc_mcontext;
    copy->n_registers = 32;
    for (uint32_t i = 0; i < 31; i++) {
        copy->registers[i] = from->regs[i];
    }
    copy->registers[31] = from->sp;
    copy->link = from->regs[30];
    copy->sp = from->sp;
    copy->pc = from->pc;
}

#else

void stack_copy_registers(struct stack_copy *copy, const ucontext_t *context)
{
    (void)context;
    copy->n_registers = 0;
}

#endif

static size_t read_memory(int memory, uint64_t address, void *to, size_t bytes)
{
    ssize_t got = pread(memory, to, bytes, (off_t)address);
    return got > 0 ? (size_t)got : 0;
}

void stack_copy_bytes(struct stack_copy *copy)
{
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    if (copy->n_registers == 0 || memory < 0) {
        return;
    }
    uint64_t at = copy->sp;
    uint64_t end = at + STACK_COPY_MAX_GAP;
    size_t got;
    while ((got = read_memory(memory, at, copy->bytes, STACK_COPY_BYTES)) ==
               0 &&
           at < end) {
        at = (at | (PAGE - 1)) + 1;
    }
    copy->base = at;
    copy->n_bytes = got;
}

void stack_copy_maps(struct stack_copy *copy)
{
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t got = 1;
    while (maps >= 0 && got > 0 && used < STACK_COPY_MAPS_BYTES) {
        got = read(maps, copy->maps + used, STACK_COPY_MAPS_BYTES - used);
        used += got > 0 ? (size_t)got : 0;
    }
    copy->maps_bytes = used;
}
