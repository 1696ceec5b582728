"""Pictures, audio and video in claims and evidence.

    intake               bytes, a file or an address → a MediaObject: begin here
    received_files       what comes, on disk, counted and hashed as it comes
    signatures           what kind of file it is, by its first bytes (pure)
    perceptual_hash      what a picture looks like, in 256 bits (pure)
    local_features       points of a picture that lie alike in another (pure); feature_detection finds them
    likeness             which of all pictures look like this one
    bounded_pictures     a picture read in a process with bounds; picture_process/ is what runs there
    films                films and sound, by the programs of FFmpeg, within bounds
    keyframes            the pictures of a film, taken by the worker
    manifests            C2PA manifests, read in a process with bounds; manifest_process is what runs there
    transcription_text         a transcript beside a recording

The original is stored unchanged, for editors only. The public version is rendered from the decoded picture.
"""
