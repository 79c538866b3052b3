#include "pintop/view.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static void view_path(const char *dir, const char *context, char *out, size_t cap)
{
    snprintf(out, cap, "%s/view%s%s", dir, context[0] != '\0' ? "." : "", context);
}

pt_code pt_view_read(const char *dir, const char *context, char **text, struct pt_error *err)
{
    char path[PATH_MAX];
    size_t len = 0;
    *text = NULL;
    view_path(dir, context, path, sizeof path);
    pt_code code = file_read(path, PT_VIEW_MAX, text, &len, err);
    if (code != PT_OK || strlen(*text) == len)
        return code;
    free(*text);
    *text = NULL;
    return pt_error_set(err, PT_EDATA, "The next change of the view writes a new one",
                        "read %s: it is no text", path);
}

/* The new file has the process's number in its name, because another process may write its own at
 * the same time. */
pt_code pt_view_write(const char *dir, const char *context, const char *text, struct pt_error *err)
{
    char path[PATH_MAX], fresh[PATH_MAX + 32];
    view_path(dir, context, path, sizeof path);
    snprintf(fresh, sizeof fresh, "%s.%ld.new", path, (long)getpid());
    pt_code code = file_make_dirs(dir, 0700, err);
    if (code != PT_OK)
        return code;
    unlink(fresh); /* of a process that had this number, and died here */
    code = file_create(fresh, text, strlen(text), 0600, err);
    if (code == PT_OK && rename(fresh, path) != 0)
        code = pt_error_set(err, PT_EIO, "Make the state directory writable",
                            "%s cannot be replaced: %s", path, strerror(errno));
    if (code != PT_OK)
        unlink(fresh);
    return code;
}
