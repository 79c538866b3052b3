/* What pages share: how a verdict looks, and how one moves in a list. */
#include "page/page.h"

enum style verdict_style(enum pt_verdict verdict)
{
    switch (verdict) {
    case PT_V_OK:
        return STYLE_OK;
    case PT_V_FAILED:
    case PT_V_STALLED:
        return STYLE_BAD;
    case PT_V_IDLE:
    case PT_V_UNKNOWN:
        return STYLE_BOLD;
    default:
        return STYLE_WARN;
    }
}

bool list_act(struct list *list, enum action action)
{
    switch (action) {
    case ACT_UP:
        list_move(list, -1);
        return true;
    case ACT_DOWN:
        list_move(list, 1);
        return true;
    case ACT_PAGE_UP:
        list_move(list, -list->height);
        return true;
    case ACT_PAGE_DOWN:
        list_move(list, list->height);
        return true;
    case ACT_TOP:
        list_select(list, 0);
        return true;
    case ACT_BOTTOM:
        list_select(list, list->count);
        return true;
    default:
        return false;
    }
}
