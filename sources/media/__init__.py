"""Pictures, audio and video in claims and evidence.

    intake               bytes, a file or an address → a MediaObject: begin here
    received_files       received files, counted and hashed on disk as they arrive
    signatures           the type of a file by its first bytes (pure)
    perceptual_hash      the look of a picture in 256 bits (pure)
    local_features       points that two pictures have in common (pure); feature_detection finds the points
    likeness             the stored pictures that look like a given one
    bounded_pictures     reads pictures in a process with limits, which runs picture_process
    films                films and sound, read with FFmpeg within limits
    keyframes            keyframes of films, extracted by the worker
    manifests            C2PA manifests, read in a process with limits, which runs manifest_process

The original is stored unchanged, for editors only. The public version is rendered from its pixels.
"""
