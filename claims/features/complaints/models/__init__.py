"""Readers' messages, their states, and contact details."""

from .complaint import Complaint
from .contact_details import ContactDetails
from .reader_picture import ReaderPicture
from .reader_request import ReaderRequest
from .request_state import SpamSign
from .request_transition import ReaderStep
