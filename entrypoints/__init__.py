"""What drives the application: settings, the container, HTTP and the command line."""
