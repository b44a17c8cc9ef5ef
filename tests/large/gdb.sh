# gdb's recipe: the library in the program, gdb itself plain.
cat >x.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char name[24];
};

static void stop(struct node *list)
{
    printf("%s\n", list->name);
}

int main(void)
{
    struct node *list = NULL;
    for (int i = 0; i < 1000; i++) {
        struct node *node = calloc(1, sizeof *node);
        node->next = list;
        snprintf(node->name, sizeof node->name, "node %d", i);
        list = node;
    }
    stop(list);
    for (struct node *next; list != NULL; list = next) {
        next = list->next;
        free(list);
    }
    return 3;
}
END
gcc -g -o x x.c || exit
unset LD_PRELOAD
gdb -nx -batch -ex "set exec-wrapper env LD_PRELOAD=$MYMALLOC" \
    -ex 'break stop' -ex run -ex 'print list->next->next->name' -ex backtrace \
    -ex 'info sharedlibrary' -ex continue ./x >told 2>&1
grep -e 'node ' -e '^#1' -e 'exited with' told | sed 's/(process [0-9]*)//; s/0x[0-9a-f]*/ADDRESS/'
# Was it there, where it was asked for?
[ -z "$MYMALLOC" ] || grep -q "$MYMALLOC" told || cat told
