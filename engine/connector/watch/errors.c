/* Classifies the errors of requests about connectors. */
#include "connector/watch/internal.h"

bool conn_is_throttle(const struct pt_error *err)
{
    return err->code == PT_ETHROTTLED;
}

bool conn_is_login(const struct pt_error *err)
{
    return err->code == PT_ELOGIN;
}

bool conn_is_passing(const struct pt_error *err)
{
    return err->code == PT_ETIMEOUT || err->code == PT_EBUSY || err->code == PT_ETHROTTLED ||
           err->code == PT_EUNREACHABLE || err->is_retriable;
}
