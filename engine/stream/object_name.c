#include "stream/object_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool object_name_take_number(const char **p, int64_t *number)
{
    char *end;
    if (**p < '0' || **p > '9')
        return false;
    errno = 0;
    *number = strtoll(*p, &end, 10);
    *p = end;
    return errno == 0;
}

bool object_name_parse(const char *name, struct object_name *object)
{
    const char *plus, *p = name;
    int64_t partition = 0;
    *object = (struct object_name){0};
    if (strncmp(name, "part-", 5) == 0) {
        p = name + 5;
        object->topic_len = 4;
        return object_name_take_number(&p, &object->offset) && (*p == '-' || *p == '.');
    }
    /* A topic's name contains no plus sign. */
    plus = strchr(name, '+');
    if (!plus || plus == name || plus - name > 249)
        return false;
    p = plus + 1;
    object->topic_len = (size_t)(plus - name);
    if (!object_name_take_number(&p, &partition) || partition > INT32_MAX || *p != '+')
        return false;
    p++;
    object->partition = (int32_t)partition;
    /* Keys and headers are stored beside the values, in objects of their own. */
    return object_name_take_number(&p, &object->offset) && *p == '.' &&
           strncmp(p, ".keys.", 6) != 0 && strncmp(p, ".headers.", 9) != 0;
}
