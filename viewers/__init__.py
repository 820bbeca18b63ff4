"""What people look at: the WebXR page and the Looking Glass."""
