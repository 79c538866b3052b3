#include "state/remembered.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "kafka/topic_name.h"

enum { LIST_MAX_BYTES = 1024 * 1024 };

static void list_path(const char *dir, char *out, size_t cap)
{
    snprintf(out, cap, "%s/embedded-topics", dir);
}

bool remembered_add(struct remembered *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->names[i], name) == 0)
            return true;
    const char **names = realloc(list->names, (list->n + 1) * sizeof *names);
    char *copy = strdup(name);
    if (names)
        list->names = names;
    if (names == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    list->names[list->n++] = copy;
    return true;
}

void remembered_load(const char *dir, struct remembered *list)
{
    char path[4096], *text = NULL, *rest = NULL;
    *list = (struct remembered){0};
    list_path(dir, path, sizeof path);
    if (file_read(path, LIST_MAX_BYTES, &text, NULL, NULL) != PT_OK)
        return;
    for (char *name = strtok_r(text, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest))
        if (topic_name_check(name, "", NULL) == PT_OK)
            remembered_add(list, name);
    free(text);
}

pt_code remembered_save(const char *dir, const struct remembered *list, struct pt_error *err)
{
    char path[4096];
    struct buf text;
    list_path(dir, path, sizeof path);
    buf_init(&text, LIST_MAX_BYTES);
    for (size_t i = 0; i < list->n; i++) {
        buf_puts(&text, list->names[i]);
        buf_puts(&text, "\n");
    }
    pt_code code = text.is_over
                       ? pt_error_set(err, PT_ENOMEM, NULL, "%s: it lists too many topics", path)
                       : file_replace(path, text.data, text.len, 0600, err);
    buf_done(&text);
    return code;
}

void remembered_done(struct remembered *list)
{
    for (size_t i = 0; i < list->n; i++)
        free((char *)(uintptr_t)list->names[i]);
    free(list->names);
    *list = (struct remembered){0};
}
