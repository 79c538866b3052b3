/* A directory of its own for each test, below $TMPDIR or /tmp, removed with all that is in it. */
#ifndef SUPPORT_SCRATCH_H
#define SUPPORT_SCRATCH_H

extern char scratch_dir[256];

/* cmocka's setup and teardown. */
int scratch_make(void **state);
int scratch_remove(void **state);
/* DIR/below; one of eight static buffers, so that several fit into one call. */
const char *scratch_path(const char *below);
void scratch_put(const char *below, const char *text);
/* The whole file, the caller's to free(); NULL when there is none. */
char *scratch_get(const char *below);

#endif
