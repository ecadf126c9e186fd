"""Many athletes on many machines: the steps of a run as tasks of Spark, one for each bucket of athletes.

A lake of a cluster lies at an address, and is the lake of a single machine but for its marts:

    nextgear.json                                        how many buckets, which edition is published
    athlete.toml, athletes/<athlete>.toml                what athletes said of themselves
    lake/<athlete>/<table>/<batch>.parquet               what was read (`pipeline.lake`)
    lake/<athlete>/measured/<batch>.zip                  what was measured of it: can be made anew
    editions/<edition>/<bucket>.json                     a bucket as it is published: the commit
    editions/<edition>/<bucket>.failed.json              why a bucket could not be built
    marts/<mart>/edition=<edition>/bucket=<bucket>/<generation>.parquet

An edition is one version of the models over one number of buckets. A new one is built beside the old, and
published when all of its buckets were tried: whoever asks in between is told what the old one says.
"""
