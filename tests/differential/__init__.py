"""Our rules beside the real webhooks: both judge the same writes over the same clusters."""
