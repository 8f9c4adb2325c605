"""Long runs in processes of their own: killed, throttled, measured."""
