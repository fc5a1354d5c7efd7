from chat import core

core.start_server()
