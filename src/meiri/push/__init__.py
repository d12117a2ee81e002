"""Web Push on its way: subscriptions of browsers, messages sealed for them alone, sent by the worker."""
