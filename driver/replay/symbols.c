/*
 * symbols.c -- unwinds a copied stack with libdwfl.
 *
 * The copied list of mappings tells which modules lay where.  libdwfl unwinds:
 * it asks for memory, which comes from the copied bytes, and for the
 * registers.  Each address is then named (symbol_names.c).
 *
 * A program counter outside of all modules means a call through a wild
 * pointer.  It cannot be unwound, but the call has just left its return
 * address on the stack (or in the link register), and there it goes on.
 *
 * Source: DWARF 5, section 6.4 (call frame information).
 */
#include "driver/replay/symbols.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "driver/replay/symbol_names.h"

/* Any number serves: the stack belongs to no living process. */
#define THREAD ((pid_t)1)

struct backtrace {
    const struct stack_copy *stack;
    Dwfl *dwfl;
    const char *bottom;
    struct stack_frame *frames;
    size_t n;
    size_t room;
    uint64_t pc; /* where unwinding begins */
    uint64_t sp;
};

/* ---- what libdwfl asks for ----------------------------------------------- */

static pid_t next_thread(Dwfl *dwfl, void *argument, void **thread_argument)
{
    (void)dwfl;
    if (*thread_argument != NULL) {
        return 0;
    }
    *thread_argument = argument;
    return THREAD;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word,
                      void *argument)
{
    (void)dwfl;
    const struct stack_copy *stack =
        ((const struct backtrace *)argument)->stack;
    uint64_t n = stack->n_bytes;
    n = n < STACK_COPY_BYTES ? n : STACK_COPY_BYTES;
    uint64_t offset = address - stack->base;
    if (address < stack->base || n < sizeof *word ||
        offset > n - sizeof *word) {
        return false;
    }
    memcpy(word, stack->bytes + offset, sizeof *word);
    return true;
}

static int stack_pointer_number(const struct stack_copy *stack)
{
    return stack->n_registers == 32 ? 31 : 7;
}

static bool set_registers(Dwfl_Thread *thread, void *argument)
{
    const struct backtrace *trace = argument;
    Dwarf_Word words[STACK_COPY_REGISTERS];
    unsigned n = trace->stack->n_registers;
    for (unsigned i = 0; i < n; i++) {
        words[i] = trace->stack->registers[i];
    }
    words[stack_pointer_number(trace->stack)] = trace->sp;
    dwfl_thread_state_register_pc(thread, trace->pc);
    return dwfl_thread_state_registers(thread, 0, n, words);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .memory_read = read_word,
    .set_initial_registers = set_registers,
};

/* Debugging information on this machine only: nothing is downloaded. */
static const Dwfl_Callbacks module_callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_build_id_find_debuginfo,
};

/* ---- unwinding ----------------------------------------------------------- */

static void name_address(struct backtrace *trace, uint64_t address)
{
    trace->n += symbol_names(trace->dwfl, address, trace->frames + trace->n,
                             trace->room - trace->n);
}

/* Only the last frame can be it: a bottom is never inlined. */
static bool cut_at_bottom(struct backtrace *trace)
{
    if (trace->n == 0 ||
        strcmp(trace->frames[trace->n - 1].function, trace->bottom) != 0) {
        return false;
    }
    trace->n--;
    return true;
}

static int take_frame(Dwfl_Frame *state, void *argument)
{
    struct backtrace *trace = argument;
    Dwarf_Addr pc;
    bool interrupted;
    if (!dwfl_frame_pc(state, &pc, &interrupted)) {
        return DWARF_CB_ABORT;
    }
    /* A return address may already belong to the next line. */
    name_address(trace, interrupted ? pc : pc - 1);
    return trace->n < trace->room && !cut_at_bottom(trace) ? DWARF_CB_OK
                                                           : DWARF_CB_ABORT;
}

/* Steps over a call to nowhere, to the call itself. */
static void leave_wild_call(struct backtrace *trace)
{
    if (dwfl_addrmodule(trace->dwfl, trace->pc) != NULL) {
        return;
    }
    name_address(trace, trace->pc);
    uint64_t back = trace->stack->link;
    if (back == 0) {
        if (!read_word(trace->dwfl, trace->sp, &back, trace)) {
            return;
        }
        trace->sp += sizeof back;
    }
    trace->pc = back - 1;
}

static bool report_modules(Dwfl *dwfl, const struct stack_copy *stack)
{
    size_t n = stack->maps_bytes;
    n = n < STACK_COPY_MAPS_BYTES ? n : STACK_COPY_MAPS_BYTES;
    FILE *maps = n == 0 ? NULL : fmemopen((void *)stack->maps, n, "r");
    dwfl_report_begin(dwfl);
    int failed = maps == NULL || dwfl_linux_proc_maps_report(dwfl, maps) != 0;
    dwfl_report_end(dwfl, NULL, NULL);
    if (maps != NULL) {
        fclose(maps);
    }
    return !failed;
}

size_t symbols_backtrace(const struct stack_copy *stack, const char *bottom,
                         struct stack_frame *frames, size_t room)
{
    struct backtrace trace = {.stack = stack,
                              .bottom = bottom,
                              .frames = frames,
                              .room = room,
                              .pc = stack->pc,
                              .sp = stack->sp};
    if (stack->n_registers == 0 || stack->n_registers > STACK_COPY_REGISTERS ||
        (trace.dwfl = dwfl_begin(&module_callbacks)) == NULL) {
        return 0;
    }
    if (report_modules(trace.dwfl, stack)) {
        leave_wild_call(&trace);
        if (dwfl_attach_state(trace.dwfl, NULL, THREAD, &thread_callbacks,
                              &trace)) {
            dwfl_getthread_frames(trace.dwfl, THREAD, take_frame, &trace);
        }
    }
    dwfl_end(trace.dwfl);
    return trace.n;
}
